"""What is said again, as decisions, without any server (rules 2.5)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from contracts import actions
from contracts.actions import Act
from contracts.complaints import ComplaintRegistered
from contracts.tickets import ReopeningRequested, TicketDispatched, TicketLinked, TicketQueuedForManualDispatch
from contracts.vocabulary import Cause, Channel, DispatchRule, QueueReason, TicketState
from dispatch.domain import (
    Directory,
    Found,
    GoesOn,
    Handle,
    Open,
    Policy,
    SaidAgain,
    SayAgain,
    Ticket,
    decide,
    fold,
    repeated,
)

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
FOUND = Found("hrss", DispatchRule.MATTER_OWNER, "310151000000", 3)
POLICY = Policy(said_again=timedelta(days=90))

Complaint = Callable[..., ComplaintRegistered]


@pytest.fixture
def first(complaint: Complaint) -> Ticket:
    """The ticket of a complaint, dispatched to hrss."""
    return fold(None, decide(None, Open(UUID(int=1), complaint(), FOUND, NOW)))


def closed(ticket: Ticket, at: datetime) -> Ticket:
    return replace(ticket, state=TicketState.FINISHED, handling=replace(ticket.handling, closed_at=at))


def test_said_again_while_it_is_open_it_goes_on_there(complaint: Complaint, first: Ticket) -> None:
    again = complaint(repeats=first.complaint_id, channel=Channel.CITIZEN_APP)
    assert repeated(again, first, POLICY) == GoesOn(first)
    opened, told = decide(None, Open(UUID(int=2), again, FOUND, NOW, GoesOn(first)))
    assert isinstance(told, TicketLinked)
    assert (told.to, told.to_complaint_id, told.told_to) == (first.ticket_id, first.complaint_id, ("hrss",))
    assert told.by == "channel.citizen-app"
    linked = fold(None, [opened, told])
    assert (linked.state, linked.unit, linked.repeats) == (TicketState.LINKED, None, first.complaint_id)


def test_event_time_decides_whether_it_was_said_after_the_close(complaint: Complaint, first: Ticket) -> None:
    """Both come when the first one has long been closed; a kiosk sends late what it took before."""
    done = closed(first, NOW)
    before, at, after = (complaint(submitted_at=NOW + timedelta(seconds=one)) for one in (-1, 0, 1))
    assert [repeated(one, done, POLICY) for one in (before, at, after)] == [
        GoesOn(done),
        SaidAgain(done),
        SaidAgain(done),
    ]
    last = complaint(submitted_at=NOW + timedelta(days=90))
    assert repeated(last, done, POLICY) == SaidAgain(done)
    assert repeated(complaint(submitted_at=NOW + timedelta(days=90, seconds=1)), done, POLICY) is None


def test_said_again_after_the_close_the_desk_looks_at_both(complaint: Complaint, first: Ticket) -> None:
    done = closed(first, NOW)
    _, told = decide(None, Open(UUID(int=2), complaint(repeats=first.complaint_id), FOUND, NOW, SaidAgain(done)))
    assert isinstance(told, TicketQueuedForManualDispatch)
    assert (told.reason, told.directory_version) == (QueueReason.SAID_AGAIN, 3)
    [asked] = decide(done, SayAgain("channel.window", NOW))
    assert isinstance(asked, ReopeningRequested)
    assert asked.told_to == ("hrss",)
    assert decide(fold(done, [asked]), SayAgain("channel.window", NOW)) == []
    assert decide(first, SayAgain("channel.window", NOW)) == []


def test_what_the_city_sends_and_what_was_solved_stay_by_themselves(complaint: Complaint, first: Ticket) -> None:
    of_the_city = complaint(channel=Channel.CITY_EXIT)
    solved = complaint(solved_cause=Cause.OTHER, solved_text_id=UUID(int=9))
    assert [repeated(one, first, POLICY) for one in (of_the_city, solved)] == [None, None]
    assert repeated(complaint(), None, POLICY) is None
    _, told = decide(None, Open(UUID(int=2), of_the_city, FOUND, NOW))
    assert isinstance(told, TicketDispatched)


def test_what_was_solved_on_the_spot_was_closed_as_it_was_said(complaint: Complaint) -> None:
    """Otherwise somebody who comes back ten minutes later would be linked to what is closed, and heard by nobody."""
    solved = complaint(solved_cause=Cause.OTHER, solved_text_id=UUID(int=9), submitted_at=NOW)
    ticket = fold(None, decide(None, Open(UUID(int=1), solved, FOUND, NOW + timedelta(hours=1))))
    again = complaint(submitted_at=NOW + timedelta(minutes=10))
    assert repeated(again, ticket, POLICY) == SaidAgain(ticket)


def by_centre(do: Act, other: Ticket | None = None) -> Handle:
    return Handle(UUID(int=7), do, None, "0007", NOW, Directory(), POLICY, other)


def test_a_refused_wish_to_reopen_can_be_said_again(first: Ticket) -> None:
    done, refuse = closed(first, NOW), by_centre(actions.RefuseReopening(reason_id=UUID(int=5)))
    wanted = fold(done, decide(done, by_centre(actions.RequestReopening())))
    refused = fold(wanted, decide(wanted, refuse))
    assert (refused.state, refused.handling.reopening_requested_at) == (TicketState.FINISHED, None)
    again = fold(refused, decide(refused, by_centre(actions.RequestReopening())))
    assert again.handling.reopening_requested_at == NOW
    assert fold(again, decide(again, refuse)).handling.reopening_requested_at is None


def test_linked_by_hand_both_sides_are_told(complaint: Complaint, first: Ticket) -> None:
    [other] = [fold(None, decide(None, Open(UUID(int=2), complaint(), replace(FOUND, unit="tax"), NOW)))]
    [told] = decide(other, by_centre(actions.Link(to=first.ticket_id), first))
    assert isinstance(told, TicketLinked)
    assert (told.to_complaint_id, told.told_to) == (first.complaint_id, ("tax", "hrss"))
