"""By what a clock is due: its start, its terms, the calendar and the policy (rules 3.4, 3.6, 4)."""

from datetime import datetime
from typing import NamedTuple

from contracts.vocabulary import ClockKind
from sla_monitor.domain.calendar import Calendar
from sla_monitor.domain.clocks import Clock, Step, Ticket
from sla_monitor.domain.due import TERMS, YELLOW, Due, Term, due
from sla_monitor.domain.policy import Policy
from sla_monitor.domain.rules import RULES


class Measures(NamedTuple):
    """What holds now: the policy, and the calendar, which holds since `amended_at`."""

    policy: Policy
    calendar: Calendar
    amended_at: datetime


def ready_by(started_at: datetime, steps: tuple[Step, ...], measures: Measures) -> Due:
    """When a clock is due by its terms: a longer one counts anew from the start, and begins the steps anew.

    A shorter one is not due before the close of business of the day on which it was decided, and never later than it
    was (rules 3.4). The dates counted are those of the term that decides.
    """
    policy, calendar, _ = measures
    found = due(started_at, TERMS[steps[0].term], calendar, policy.hours)
    for step in steps[1:]:
        shorter = due(started_at, TERMS[step.term], calendar, policy.hours)
        today = due(step.at, _TODAY, calendar, policy.hours)
        found = min(found, max(shorter, today, key=_due_at), key=_due_at)
    return found


def _due_at(found: Due) -> datetime:
    return found.due_at


_TODAY = Term(0, coloured=False)


def terms_after(clock: Clock, term: str, at: datetime) -> tuple[Step, ...]:
    """The steps of a clock after another term was decided."""
    if TERMS[term].days < TERMS[clock.steps[-1].term].days:
        return (*clock.steps, Step(term, at))
    return (Step(term, clock.started_at),)


def reckoned(clock: Clock, measures: Measures, lead: Clock | None) -> Clock:
    """The clock as it is due by these measures; one whose due was set, at most when the lead's is (rules 3.6)."""
    if clock.steps:
        return _by_steps(clock, measures)
    return _as_set(clock, lead)


def _by_steps(clock: Clock, measures: Measures) -> Clock:
    found = ready_by(clock.started_at, clock.steps, measures)
    return clock._replace(
        due_at=found.due_at,
        yellow_at=_yellow_at(clock, found.due_at),
        provisional=found.provisional,
        calendar=measures.calendar.version,
        policy=measures.policy.version,
    )


def _as_set(clock: Clock, lead: Clock | None) -> Clock:
    due_at = clock.wanted_at or clock.due_at
    if clock.kind is ClockKind.ASSIST and lead is not None and lead.due_at > clock.started_at:
        due_at = min(due_at, lead.due_at)
    return clock._replace(due_at=due_at, yellow_at=_yellow_at(clock, due_at))


def _yellow_at(clock: Clock, due_at: datetime) -> datetime | None:
    return max(clock.started_at, due_at - YELLOW) if RULES[clock.kind].coloured else None


def term_of(kind: ClockKind, ticket: Ticket) -> str | None:
    """The term that a clock of this kind has by what is decided about its ticket; None where its due is set."""
    term = RULES[kind].term
    return term(ticket) if term else None
