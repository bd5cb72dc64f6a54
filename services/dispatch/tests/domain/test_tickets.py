"""A ticket's life as decisions, without any server."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.complaints import ComplaintRegistered
from contracts.refusals import Refused
from contracts.tickets import TicketDispatched, TicketFact, TicketFinished, TicketOpened, TicketQueuedForManualDispatch
from contracts.vocabulary import Cause, Channel, DispatchRule, QueueReason, ReporterKind, TicketState, UnitKind
from dispatch.domain import (
    Command,
    Directory,
    DispatchByHand,
    Found,
    NotFound,
    Open,
    Route,
    Ticket,
    Unit,
    decide,
    evolve,
    fold,
)

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TICKET = UUID(int=7)
FOUND = Found("hrss", DispatchRule.MATTER_OWNER, "310151000000", 1)
NOT_FOUND = NotFound(QueueReason.NO_OWNER, 1)
DIRECTORY = Directory(2, {code: Unit(code, code, UnitKind.DEPARTMENT, None, "") for code in ("hrss", "tax")})

Complaint = Callable[..., ComplaintRegistered]


def by_hand(unit: str) -> DispatchByHand:
    return DispatchByHand(unit, "centre", LATER, DIRECTORY)


def opened(complaint: ComplaintRegistered, route: Route) -> Ticket:
    return fold(None, decide(None, Open(TICKET, complaint, route, NOW)))


def test_a_complaint_with_an_owner_is_opened_and_dispatched(complaint: Complaint) -> None:
    said = complaint()
    assert decide(None, Open(TICKET, said, FOUND, NOW)) == [
        TicketOpened(
            ticket_id=TICKET,
            complaint_id=said.complaint_id,
            channel=Channel.WINDOW,
            reporter_kind=ReporterKind.CITIZEN,
            submitted_at=said.submitted_at,
            opened_at=NOW,
            matter_code=said.matter_code,
            place_code=said.place_code,
            version=1,
        ),
        TicketDispatched(
            ticket_id=TICKET,
            complaint_id=said.complaint_id,
            unit="hrss",
            rule=DispatchRule.MATTER_OWNER,
            directory_version=1,
            dispatched_at=NOW,
            matter_code=said.matter_code,
            place_code=said.place_code,
            matched_place="310151000000",
            version=2,
        ),
    ]


def test_a_complaint_without_an_owner_is_opened_and_queued(complaint: Complaint) -> None:
    said = complaint(matter_code=None, place_code=None)
    told = decide(None, Open(TICKET, said, NOT_FOUND, NOW))
    assert told[1:] == [
        TicketQueuedForManualDispatch(
            ticket_id=TICKET,
            complaint_id=said.complaint_id,
            reason=QueueReason.NO_OWNER,
            directory_version=1,
            queued_at=NOW,
            version=2,
        )
    ]
    ticket = fold(None, told)
    assert (ticket.state, ticket.unit, ticket.queue_reason) == (TicketState.QUEUED, None, QueueReason.NO_OWNER)


def test_what_was_solved_on_the_spot_is_opened_finished_and_closed_at_one_instant(complaint: Complaint) -> None:
    """rules 2.4: with the reply, and dispatched to nobody."""
    said = complaint(solved_cause=Cause.PROCEDURE_UNCLEAR, solved_text_id=UUID(int=9))
    opened, finished = decide(None, Open(TICKET, said, FOUND, NOW))
    assert isinstance(finished, TicketFinished)
    assert (finished.on_the_spot, finished.reply_id, finished.cause) == (True, UUID(int=9), Cause.PROCEDURE_UNCLEAR)
    assert finished.topics == ("tickets",)
    ticket = fold(None, [opened, finished])
    assert (ticket.state, ticket.unit, ticket.handling.closed_at) == (TicketState.FINISHED, None, NOW)


def test_the_centre_s_hand_is_on_record_with_what_it_was_queued_for(complaint: Complaint) -> None:
    queued = opened(complaint(), NOT_FOUND)
    [told] = decide(queued, by_hand("tax"))
    assert isinstance(told, TicketDispatched)
    assert (told.rule, told.by, told.directory_version) == (DispatchRule.BY_HAND, "centre", 2)
    ticket = fold(queued, [told])
    assert (ticket.state, ticket.unit, ticket.dispatched_at) == (TicketState.DISPATCHED, "tax", LATER)
    assert (ticket.queue_reason, ticket.queued_at, ticket.version) == (QueueReason.NO_OWNER, NOW, 3)


@pytest.mark.parametrize(
    ("route", "unit", "code"),
    [
        pytest.param(None, "hrss", "ticket.unknown", id="no ticket"),
        pytest.param(NOT_FOUND, "nobody", "unit.unknown", id="no such unit"),
        pytest.param(FOUND, "nobody", "unit.unknown", id="no such unit for one that is dispatched"),
        pytest.param(FOUND, "tax", "ticket.dispatched-elsewhere", id="dispatched to another unit"),
    ],
)
def test_the_hand_is_refused_by_name(route: Route | None, unit: str, code: str, complaint: Complaint) -> None:
    ticket = opened(complaint(), route) if route else None
    with pytest.raises(Refused) as refused:
        decide(ticket, by_hand(unit))
    assert refused.value.code == code


def test_a_unit_that_is_no_longer_listed_stays_the_same_answer(complaint: Complaint) -> None:
    ticket = opened(complaint(), Found("closed", DispatchRule.MATTER_OWNER, "310151000000", 1))
    assert decide(ticket, by_hand("closed")) == []


def test_a_fact_about_no_ticket_is_refused(complaint: Complaint) -> None:
    told = decide(None, Open(TICKET, complaint(), FOUND, NOW))
    with pytest.raises(Refused):
        evolve(None, told[1])


_COMPLAINTS = st.builds(
    ComplaintRegistered,
    complaint_id=st.just(UUID(int=1)),
    channel=st.sampled_from(Channel),
    reporter_kind=st.sampled_from(ReporterKind),
    submitted_at=st.just(NOW),
    registered_at=st.just(NOW),
    matter_code=st.none() | st.just("000111001001"),
    place_code=st.none() | st.just("310151101001"),
)
_ROUTES = st.one_of(
    st.builds(
        Found, st.sampled_from(["hrss", "tax"]), st.sampled_from(DispatchRule), st.just("310151000000"), st.just(1)
    ),
    st.builds(NotFound, st.sampled_from(QueueReason), st.just(1)),
)
_COMMANDS: st.SearchStrategy[list[Command]] = st.lists(
    st.one_of(
        st.builds(Open, st.uuids(), _COMPLAINTS, _ROUTES, st.just(NOW)),
        st.builds(by_hand, st.sampled_from(["hrss", "tax", "nobody"])),
    ),
    max_size=6,
)


def accepted(ticket: Ticket | None, command: Command) -> list[TicketFact] | None:
    try:
        return decide(ticket, command)
    except Refused:
        return None


@given(_COMMANDS)
def test_an_accepted_command_repeated_gives_nothing(commands: list[Command]) -> None:
    ticket: Ticket | None = None
    for command in commands:
        told = accepted(ticket, command)
        if told is not None:
            ticket = fold(ticket, told)
            assert decide(ticket, command) == []


@given(_COMMANDS)
def test_the_facts_alone_rebuild_the_ticket(commands: list[Command]) -> None:
    ticket, history = None, list[TicketFact]()
    for command in commands:
        told = accepted(ticket, command) or []
        history += told
        ticket = fold(ticket, told) if told else ticket
    retold = [type(fact).parse(fact.model_dump_json().encode()) for fact in history]
    assert (fold(None, retold) if retold else None) == ticket
    assert ticket is None or ticket.version == len(history)


@given(_COMMANDS)
def test_a_ticket_has_a_unit_exactly_when_it_is_dispatched(commands: list[Command]) -> None:
    ticket: Ticket | None = None
    for command in commands:
        ticket = fold(ticket, told) if (told := accepted(ticket, command)) else ticket
        if ticket is not None:
            assert (ticket.unit is not None) == (ticket.state == TicketState.DISPATCHED)
            assert ticket.state != TicketState.OPENED
