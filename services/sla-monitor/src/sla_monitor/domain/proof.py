"""Why a clock is due when it is: as was known when it was told last, and as is known now (rules 4.3, 4.5). Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from contracts.vocabulary import ClockKind
from sla_monitor.domain.calendar import Calendar
from sla_monitor.domain.clocks import Case, Clock
from sla_monitor.domain.due import Counted
from sla_monitor.domain.reckoning import Measures, ready_by, reckoned


class Reckoned(NamedTuple):
    """When a clock is due by a version of the calendar, and each date from start to due; none where its due was set.

    Yellow from `yellow_at`, red after `red_at`, the last instant that is on time; None where it has no colours.
    """

    calendar: int
    due_at: datetime
    yellow_at: datetime | None
    red_at: datetime | None
    days: tuple[Counted, ...]
    provisional: bool


class Proof(NamedTuple):
    """A clock with both reckonings: by the calendar by which it was told or judged last, and by the newest."""

    clock: Clock
    then: Reckoned
    now: Reckoned

    @property
    def differs(self) -> bool:
        """Whether it would be due at another instant today."""
        return self.then.due_at != self.now.due_at

    @property
    def explained(self) -> bool:
        """Whether the dates lead to what was told; not where it was told by another policy than the present one."""
        return self.then.due_at == self.clock.due_at


def prove(case: Case, calendars: Mapping[int, Calendar], newest: Measures) -> list[Proof]:
    """Every clock of a ticket with its reckonings; `calendars` has each version by which one of them was told."""
    lead = next((one for one in case.clocks.values() if one.open and one.kind is ClockKind.HANDLE), None)
    lead_now = reckoned(lead, newest, None) if lead else None
    return [_prove(one, calendars[one.calendar], newest, lead_now) for one in case.clocks.values()]


def _prove(clock: Clock, calendar: Calendar, newest: Measures, lead: Clock | None) -> Proof:
    if clock.steps:
        then = newest._replace(calendar=calendar)
        return Proof(clock, _by_steps(clock, then), _by_steps(clock, newest))
    now = reckoned(clock, newest, lead) if clock.open else clock
    return Proof(clock, _as_set(clock, calendar.version), _as_set(now, newest.calendar.version))


def _by_steps(clock: Clock, measures: Measures) -> Reckoned:
    found = ready_by(clock.started_at, clock.steps, measures)
    due = reckoned(clock, measures, None)
    return Reckoned(
        measures.calendar.version, due.due_at, due.yellow_at, _red_at(due), found.days, provisional=found.provisional
    )


def _as_set(clock: Clock, version: int) -> Reckoned:
    return Reckoned(version, clock.due_at, clock.yellow_at, _red_at(clock), (), provisional=False)


def _red_at(clock: Clock) -> datetime | None:
    return None if clock.yellow_at is None else clock.due_at
