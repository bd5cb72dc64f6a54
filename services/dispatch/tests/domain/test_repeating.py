"""What is said again, as decisions, without any server (rules 2.5)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from contracts.complaints import ComplaintRegistered
from contracts.tickets import ReopeningRequested, TicketDispatched, TicketLinked, TicketQueuedForManualDispatch
from contracts.vocabulary import Cause, Channel, DispatchRule, QueueReason, TicketState
from dispatch.domain import Found, GoesOn, Open, Policy, SaidAgain, SayAgain, Ticket, decide, fold, repeated

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
