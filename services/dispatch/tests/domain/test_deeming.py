"""Tickets that nobody accepted by their due, without any server (rules 3.3)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from services.dispatch.tests.domain.test_acting import (
    DUE,
    FINISH,
    NOW,
    REOPEN,
    RETURN,
    SITUATIONS,
    accepted,
    after,
    code,
    dissolution,
    handle,
    opened,
)

from contracts import actions
from contracts.tickets import TicketAccepted
from contracts.vocabulary import Complexity, TicketState
from dispatch.domain import DeemLate, Ticket, decide

LATE = DeemLate("hrss", DUE, DUE + timedelta(minutes=5))


def moved_on() -> Ticket:
    """With another unit, which has not accepted it either."""
    return after(opened(), dissolution("hrss", heir="town"))


def test_whoever_was_asleep_it_is_accepted_at_its_due() -> None:
    [told] = decide(opened(), LATE)
    assert isinstance(told, TicketAccepted)
    assert (told.unit, told.accepted_at, told.deemed, told.by) == ("hrss", DUE, True, None)
    assert (told.complexity, told.version) == (Complexity.GENERAL, 3)
    assert told.topics == ("tickets", "dispatch.hrss")
    ticket = after(opened(), LATE)
    assert (ticket.state, ticket.handling.accepted_at) == (TicketState.ACCEPTED, DUE)


def test_said_again_nothing_more_happens() -> None:
    assert decide(after(opened(), LATE), LATE) == []


def test_an_unknown_ticket_is_left_alone() -> None:
    assert decide(None, LATE) == []


@pytest.mark.parametrize("situation", [one for one in SITUATIONS if one not in {"dispatched", "of the city"}])
def test_what_does_not_wait_to_be_accepted_is_left_alone(situation: str) -> None:
    assert decide(SITUATIONS[situation](), LATE) == []


@pytest.mark.parametrize("made", [lambda: after(opened(), RETURN), moved_on, lambda: after(accepted(), FINISH, REOPEN)])
def test_a_clock_of_a_dispatch_that_is_over_changes_nothing(made: Callable[[], Ticket]) -> None:
    assert decide(made(), LATE) == []


def test_the_unit_that_has_it_now_is_late_by_its_own_clock() -> None:
    assert after(moved_on(), replace(LATE, unit="town")).state == TicketState.ACCEPTED


def test_a_clock_that_names_nobody_changes_nothing() -> None:
    assert decide(opened(), replace(LATE, unit=None)) == []
    assert decide(opened(found=False), replace(LATE, unit=None)) == []


def test_a_due_before_the_present_dispatch_is_of_an_earlier_one() -> None:
    """It went away and came back to the same unit, whose time begins anew."""
    assert decide(opened(), replace(LATE, effective_at=NOW - timedelta(milliseconds=1))) == []
    assert after(opened(), replace(LATE, effective_at=NOW)).state == TicketState.ACCEPTED


def test_a_due_that_lies_ahead_is_refused() -> None:
    assert code(opened(), replace(LATE, at=DUE - timedelta(milliseconds=1))) == "time.in-future"
    assert code(opened(), replace(LATE, at=DUE)) is None


def test_the_first_acceptance_stays_on_record() -> None:
    """rules 3.2: whoever has the ticket now."""
    again = after(accepted(), dissolution("hrss", heir="town"), replace(LATE, unit="town"))
    assert (again.state, again.handling.accepted_at) == (TicketState.ACCEPTED, NOW)


def test_accepted_late_by_its_unit_it_is_too_late_to_deem_it() -> None:
    late = after(opened(), handle(actions.Accept(), at=DUE + timedelta(minutes=1)))
    assert decide(late, LATE) == []
