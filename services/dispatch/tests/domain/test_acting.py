"""A ticket's life after dispatch, without any server: every action in every situation, and random lives.

`python services/dispatch/tests/domain/test_acting.py` prints the table that docs/architecture/actions.md holds.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import actions
from contracts.actions import Act
from contracts.base import FACTS
from contracts.complaints import ComplaintRegistered
from contracts.refusals import REFUSALS, Refused
from contracts.tickets import TicketDispatched, TicketFact, TicketOpened, TicketQueuedForManualDispatch
from contracts.vocabulary import (
    Capacity,
    Cause,
    Channel,
    Complexity,
    ContactMethod,
    DispatchRule,
    QueueReason,
    ReporterKind,
    ReturnReason,
    TicketState,
    UnitKind,
)
from dispatch.domain import (
    CLOSED,
    Directory,
    Found,
    Handle,
    Matter,
    NotFound,
    Open,
    Place,
    Policy,
    Ticket,
    Unit,
    decide,
    fold,
    holders,
)

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
DUE = NOW + timedelta(days=2)
TICKET, OTHER = UUID(int=7), UUID(int=8)
TEXT, SECOND_TEXT = UUID(int=100), UUID(int=101)
ASSIST, PROPOSAL = UUID(int=200), UUID(int=201)
DISTRICT, TOWN, MATTER = "310151000000", "310151101000", "000111001001"
POLICY = Policy()


def _unit(code: str, parent: str | None = None) -> Unit:
    return Unit(code, code, UnitKind.DEPARTMENT, parent, "")


UNITS = (_unit("hrss"), _unit("tax"), _unit("town"), _unit("hrss-town", "hrss"), _unit("hrss-village", "hrss-town"))
DIRECTORY = Directory(
    1,
    {one.code: one for one in UNITS},
    {DISTRICT: Place(DISTRICT, "", None, None), TOWN: Place(TOWN, "", DISTRICT, "town")},
    {MATTER: Matter(MATTER, "", (), {DISTRICT: "hrss"})},
)


def opened(ticket_id: UUID = TICKET, channel: Channel = Channel.WINDOW, found: bool = True) -> Ticket:
    complaint = ComplaintRegistered(
        complaint_id=UUID(int=ticket_id.int + 1000),
        channel=channel,
        reporter_kind=ReporterKind.CITIZEN,
        submitted_at=NOW,
        registered_at=NOW,
        matter_code=MATTER,
        place_code=TOWN,
    )
    route = Found("hrss", DispatchRule.MATTER_OWNER, DISTRICT, 1) if found else NotFound(QueueReason.NO_OWNER, 1)
    return fold(None, decide(None, Open(ticket_id, complaint, route, NOW)))


def handle(do: Act, unit: str | None = "hrss", officer: str = "1", action_id: int = 1, at: datetime = NOW) -> Handle:
    """The action, with an open ticket at hand for a link."""
    return Handle(UUID(int=action_id), do, unit, officer, at, DIRECTORY, POLICY, opened(OTHER))


def after(ticket: Ticket, *handled: Handle) -> Ticket:
    for one in handled:
        ticket = fold(ticket, decide(ticket, one))
    return ticket


def code(ticket: Ticket, asked: Handle) -> str | None:
    try:
        decide(ticket, asked)
    except Refused as refused:
        return refused.code
    return None


ACCEPT = handle(actions.Accept())
ASK = handle(actions.AskAssist(unit="tax", question_id=TEXT, due_at=DUE), action_id=ASSIST.int)
DECLINE = handle(actions.Decline(explanation_id=TEXT, citation_id=SECOND_TEXT), action_id=PROPOSAL.int)
FINISH = handle(actions.Finish(reply_id=TEXT, done_id=SECOND_TEXT, cause=Cause.SYSTEM_FAULT))
TRACK = handle(actions.Track(explanation_id=TEXT, next_progress_at=DUE))
LONGER = handle(actions.Classify(complexity=Complexity.COMPLEX, reason_id=TEXT), action_id=PROPOSAL.int)
CONFIRM = handle(actions.Confirm(proposal_id=PROPOSAL), officer="2")
LINK = handle(actions.Link(to=OTHER), None)
REOPEN = handle(actions.Reopen(), None)
RETURN = handle(actions.Return(reason=ReturnReason.NOT_OUR_MATTER))


def accepted() -> Ticket:
    return after(opened(), ACCEPT)


SITUATIONS: dict[str, Callable[[], Ticket]] = {
    "queued": lambda: opened(found=False),
    "dispatched": opened,
    "of the city": lambda: opened(channel=Channel.CITY_EXIT),
    "accepted": accepted,
    "assisted": lambda: after(accepted(), ASK),
    "delegated": lambda: after(accepted(), handle(actions.Delegate(to="hrss-town"))),
    "proposed": lambda: after(accepted(), DECLINE),
    "tracked": lambda: after(accepted(), TRACK),
    "finished": lambda: after(accepted(), FINISH),
    "declined": lambda: after(accepted(), DECLINE, CONFIRM),
    "linked": lambda: after(accepted(), LINK),
    "withdrawn": lambda: after(accepted(), handle(actions.Withdraw(), None)),
    "reopened": lambda: after(accepted(), FINISH, REOPEN),
}
ACTIONS: tuple[Act, ...] = (
    actions.Accept(),
    actions.DeemAccepted(effective_at=NOW),
    actions.Classify(complexity=Complexity.SIMPLE),
    actions.Classify(complexity=Complexity.COMPLEX, reason_id=TEXT),
    actions.Contact(method=ContactMethod.PHONE, reached=True, attempted_at=NOW),
    actions.Return(reason=ReturnReason.NOT_OUR_MATTER),
    actions.AskAssist(unit="town", question_id=TEXT, due_at=DUE),
    actions.AnswerAssist(assist_id=ASSIST, answer_id=TEXT),
    actions.WithdrawAssist(assist_id=ASSIST, reason_id=TEXT),
    actions.Delegate(to="hrss-village"),
    actions.DispatchAgain(unit="tax", reason_id=TEXT),
    actions.Track(explanation_id=SECOND_TEXT, next_progress_at=DUE),
    actions.Progress(note_id=SECOND_TEXT, next_progress_at=DUE),
    actions.Finish(reply_id=SECOND_TEXT, done_id=TEXT, cause=Cause.OTHER),
    actions.Decline(explanation_id=TEXT, citation_id=TEXT),
    actions.Confirm(proposal_id=PROPOSAL),
    actions.Reject(proposal_id=PROPOSAL),
    actions.Link(to=OTHER),
    actions.Withdraw(),
    actions.RequestReopening(),
    actions.Reopen(),
)
ACTORS = {"the lead unit": ("hrss", "2"), "an assisting unit": ("tax", "2"), "the centre": (None, "2")}


def cell(ticket: Ticket, asked: Handle) -> str:
    """What happens, as the table says it."""
    try:
        told = decide(ticket, asked)
    except Refused as refused:
        return refused.code
    return " ".join(f"**{one.TYPE.removesuffix('.v1')}**" for one in told) or "–"


def _named(do: Act) -> str:
    return f"{do.action} {do.complexity}" if isinstance(do, actions.Classify) else do.action


def _table(unit: str | None, officer: str) -> Iterator[str]:
    yield "| | " + " | ".join(SITUATIONS) + " |"
    yield "|---" * (len(SITUATIONS) + 1) + "|"
    for number, do in enumerate(ACTIONS, 300):
        cells = (cell(made(), handle(do, unit, officer, number)) for made in SITUATIONS.values())
        yield f"| `{_named(do)}` | " + " | ".join(cells) + " |"


def table() -> str:
    """docs/architecture/actions.md, as the decider has it."""
    parts = [_HEAD]
    for who, (unit, officer) in ACTORS.items():
        parts += [f"## Asked by {who}\n", *_table(unit, officer), ""]
    return "\n".join(parts)


_HEAD = """# What may be done to a ticket, and when

Generated from the decider (`python services/dispatch/tests/domain/test_acting.py`); a test executes every cell. Bold:
the facts that are told. –: it has happened already. Else the code of the refusal. `queued` tickets have no unit;
`assisted` ones wait for an answer of the assisting unit; in `proposed` the lead's officer 1 wants to decline, and
officer 2 asks here.
"""
_FILE = Path(__file__).parents[4] / "docs" / "architecture" / "actions.md"


def test_the_documented_table_is_what_the_decider_says() -> None:
    assert _FILE.read_text("utf-8") == table()


def test_the_table_holds_every_action_and_every_fact() -> None:
    assert {type(one) for one in ACTIONS} == set(get_args(Act))
    facts = {fact for fact in FACTS.values() if fact.TOPIC == "tickets"} - {TicketOpened, TicketQueuedForManualDispatch}
    assert [fact.TYPE for fact in facts if f"**{fact.TYPE.removesuffix('.v1')}**" not in table()] == []


@pytest.mark.parametrize("do", ACTIONS, ids=_named)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_unit_that_has_no_part_in_it_can_do_nothing(situation: str, do: Act) -> None:
    refused = code(SITUATIONS[situation](), handle(do, "town"))
    assert refused is not None
    assert REFUSALS[refused].status in (403, 404, 409)


@pytest.mark.parametrize("do", ACTIONS, ids=_named)
@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("actor", ACTORS)
def test_what_was_accepted_gives_nothing_again(actor: str, situation: str, do: Act) -> None:
    ticket, asked = SITUATIONS[situation](), handle(do, *ACTORS[actor])
    if code(ticket, asked) is None:
        assert decide(after(ticket, asked), asked) == []


def test_the_first_return_finds_another_owner_and_the_second_the_centres_hand() -> None:
    """rules 3.2: the owner of the matter gave it back, so it is the place's centre."""
    once = after(opened(), RETURN)
    assert (once.state, once.unit, once.rule) == (TicketState.DISPATCHED, "town", DispatchRule.PLACE_CENTRE)
    twice = after(once, handle(actions.Return(reason=ReturnReason.OTHER), "town"))
    assert (twice.state, twice.unit, twice.queue_reason) == (TicketState.QUEUED, None, QueueReason.RETURNED)
    assert twice.handling.returned_by == ("hrss", "town")


def test_the_reporters_clock_starts_once_whoever_has_the_ticket() -> None:
    """rules 3.2: dispatched again and accepted a day later, it counts from the first acceptance."""
    again = handle(actions.DispatchAgain(unit="tax", reason_id=TEXT), None)
    later = after(accepted(), again, handle(actions.Accept(), "tax", at=NOW + timedelta(days=1)))
    assert (later.unit, later.state, later.handling.accepted_at) == ("tax", TicketState.ACCEPTED, NOW)
    assert code(after(accepted(), again), handle(actions.Return(reason=ReturnReason.OTHER), "tax")) == "ticket.accepted"


def test_a_unit_that_loses_the_ticket_is_told() -> None:
    [told] = decide(accepted(), handle(actions.DispatchAgain(unit="tax", reason_id=TEXT), None))
    assert isinstance(told, TicketDispatched)
    assert told.topics == ("tickets", "dispatch.tax", "dispatch.hrss")


def test_longer_takes_a_second_person_and_shorter_does_not() -> None:
    """rules 3.4"""
    asked = after(accepted(), LONGER)
    assert asked.handling.complexity == Complexity.GENERAL
    assert code(asked, handle(actions.Confirm(proposal_id=PROPOSAL))) == "second-person.same"
    assert after(asked, CONFIRM).handling.complexity == Complexity.COMPLEX
    shorter = handle(actions.Classify(complexity=Complexity.SIMPLE))
    assert after(asked, CONFIRM, shorter).handling.complexity == Complexity.SIMPLE
    assert code(accepted(), handle(actions.Classify(complexity=Complexity.COMPLEX))) == "reason.missing"


def test_the_lead_cannot_finish_while_an_assist_is_open() -> None:
    """rules 3.6"""
    assisted = after(accepted(), ASK)
    assert code(assisted, FINISH) == "assist.open"
    answered = handle(actions.AnswerAssist(assist_id=ASSIST, answer_id=TEXT), "tax")
    withdrawn = handle(actions.WithdrawAssist(assist_id=ASSIST, reason_id=TEXT))
    for done in (answered, withdrawn):
        assert after(assisted, done, FINISH).state == TicketState.FINISHED
    assert code(after(assisted, withdrawn), answered) == "assist.closed"


def test_work_is_delegated_down_the_tree_only() -> None:
    """rules 3.6"""
    for to, refused in (("tax", "delegate.not-below"), ("hrss", "delegate.not-below"), ("nobody", "unit.unknown")):
        assert code(accepted(), handle(actions.Delegate(to=to))) == refused
    below = after(accepted(), handle(actions.Delegate(to="hrss-town")))
    assert code(below, handle(actions.Delegate(to="hrss"), "hrss-town")) == "delegate.not-below"
    lower = after(below, handle(actions.Delegate(to="hrss-village"), "hrss-town"))
    assert after(lower, replace(FINISH, by_unit="hrss-village")).state == TicketState.FINISHED
    back = after(lower, handle(actions.Delegate(to="hrss-town")))
    assert [one.unit for one in back.handling.delegations] == ["hrss-town"]


def test_an_assist_is_not_asked_of_oneself_nor_of_nobody_nor_for_yesterday() -> None:
    for unit, due, refused in (
        ("hrss", DUE, "assist.to-itself"),
        ("nobody", DUE, "unit.unknown"),
        ("tax", NOW, "time.past"),
    ):
        asked = handle(actions.AskAssist(unit=unit, question_id=TEXT, due_at=due))
        assert code(accepted(), asked) == refused


def test_what_has_not_happened_yet_is_not_recorded() -> None:
    tomorrow = NOW + timedelta(days=1)
    seen = actions.Contact(method=ContactMethod.VISIT, reached=True, attempted_at=tomorrow)
    assert code(accepted(), handle(seen)) == "time.in-future"
    assert code(opened(), handle(actions.DeemAccepted(effective_at=tomorrow), None)) == "time.in-future"


def test_a_link_leads_to_another_open_ticket() -> None:
    """rules 2.5"""
    assert code(accepted(), handle(actions.Link(to=TICKET), None)) == "link.to-itself"
    assert code(accepted(), replace(LINK, other=None)) == "ticket.unknown"
    assert code(accepted(), replace(LINK, other=after(accepted(), FINISH))) == "link.closed"


def test_a_reopened_ticket_goes_on_with_its_unit_and_one_of_nobody_s_is_queued() -> None:
    finished = after(accepted(), FINISH)
    assert after(finished, handle(actions.RequestReopening(), None)).handling.reopening_requested_at == NOW
    again = after(finished, REOPEN)
    assert (again.state, again.unit, again.handling.round) == (TicketState.ACCEPTED, "hrss", 2)
    nobody_s = after(opened(found=False), handle(actions.Withdraw(), None), REOPEN)
    assert (nobody_s.state, nobody_s.queue_reason) == (TicketState.QUEUED, QueueReason.REOPENED)


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


if __name__ == "__main__":
    sys.stdout.write(table())
