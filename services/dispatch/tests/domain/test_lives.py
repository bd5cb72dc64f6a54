"""Random lives of tickets, without any server: coherent, repeatable, and nobody who is gone keeps a part."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from services.dispatch.tests.domain.test_acting import (
    ACTIONS,
    DIRECTORY,
    DUE,
    NOW,
    OTHER,
    POLICY,
    after,
    dissolution,
    opened,
)

from contracts import actions
from contracts.refusals import Refused
from contracts.tickets import TicketFact
from contracts.vocabulary import Capacity, Cause, Complexity, TicketState
from dispatch.domain import CLOSED, Handle, Ticket, decide, fold, holders

ids = st.sampled_from([UUID(int=number) for number in range(300, 306)])
units = st.sampled_from(["hrss", "tax", "town", "hrss-town", "hrss-village"])
_DO = st.one_of(
    st.sampled_from(ACTIONS),
    st.builds(actions.AskAssist, unit=units, question_id=ids, due_at=st.just(DUE)),
    st.builds(actions.AnswerAssist, assist_id=ids, answer_id=ids),
    st.builds(actions.WithdrawAssist, assist_id=ids, reason_id=ids),
    st.builds(actions.Delegate, to=units),
    st.builds(actions.DispatchAgain, unit=units, reason_id=ids),
    st.builds(actions.Classify, complexity=st.sampled_from(Complexity), reason_id=st.none() | ids),
    st.builds(actions.Confirm, proposal_id=ids),
    st.builds(actions.Reject, proposal_id=ids),
    st.builds(actions.Finish, reply_id=ids, done_id=ids, cause=st.sampled_from(Cause)),
)
_LIVES = st.lists(
    st.builds(
        Handle,
        ids,
        _DO,
        st.none() | units,
        st.sampled_from("12"),
        st.just(NOW),
        st.just(DIRECTORY),
        st.just(POLICY),
        st.just(opened(OTHER)),
    ),
    max_size=25,
)


def lived(commands: list[Handle], ticket: Ticket) -> Iterator[tuple[Ticket, Handle, list[TicketFact], Ticket]]:
    """Every step that was accepted: before, the command, what was told, after."""
    for command in commands:
        try:
            told = decide(ticket, command)
        except Refused:
            continue
        before, ticket = ticket, fold(ticket, told) if told else ticket
        yield before, command, told, ticket


@settings(max_examples=300)
@given(_LIVES, st.booleans())
def test_in_any_life_the_ticket_is_coherent_and_repetition_changes_nothing(commands: list[Handle], found: bool) -> None:
    history: list[TicketFact] = []
    first = opened(found=found)
    ticket = first
    for before, command, told, ticket in lived(commands, first):
        history += told
        assert [one.version for one in told] == list(range(before.version + 1, ticket.version + 1))
        if ticket.state == TicketState.FINISHED and told:
            assert not list(before.handling.open_assists)
        assert decide(ticket, command) == []
        _assert_coherent(ticket)
    retold = [type(fact).parse(fact.model_dump_json().encode()) for fact in history]
    assert (fold(first, retold) if retold else first) == ticket
    assert ticket.version == first.version + len(history)


@settings(max_examples=200)
@given(_LIVES, st.sets(units), st.none() | units, _LIVES)
def test_in_any_life_nobody_who_is_gone_keeps_a_part(
    before: list[Handle], gone: set[str], heir: str | None, then: list[Handle]
) -> None:
    history = [step for *_, step in lived(before, opened())]
    ticket = history[-1] if history else opened()
    command = dissolution(*sorted(gone), heir=heir if heir not in gone else None)
    moved = after(ticket, command) if decide(ticket, command) else ticket
    assert decide(moved, command) == []
    assert moved.handling.accepted_at == ticket.handling.accepted_at
    assert moved.closed == ticket.closed
    assert not gone & {one.unit for one in holders(moved)}
    _assert_coherent(moved)
    for *_, ticket in lived([replace(one, directory=command.directory) for one in then], moved):
        _assert_coherent(ticket)


def _assert_coherent(ticket: Ticket) -> None:
    handling = ticket.handling
    assert (ticket.state in CLOSED) == (handling.closed_at is not None)
    assert ticket.state != TicketState.OPENED
    if ticket.state == TicketState.ACCEPTED:
        assert ticket.unit
        assert handling.accepted_at
    leads = [one for one in holders(ticket) if one.capacity in (Capacity.LEAD, Capacity.DESK)]
    assert len(leads) == (0 if ticket.closed else 1)
    if ticket.closed:
        assert not list(handling.open_assists)
        assert handling.proposal is None
