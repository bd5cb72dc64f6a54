"""When a clock is due and which colour it has (四(三), rules 4): the zone is Asia/Shanghai whatever the process thinks.

Instants go in and come out with a zone, and come out in UTC; one without a zone is a ValueError.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from contracts.vocabulary import Complexity, Light
from sla_monitor.domain.calendar import Calendar, Day, dates

SHANGHAI = ZoneInfo("Asia/Shanghai")
YELLOW = timedelta(hours=24)
"""Natural hours before the due instant, the due instant and this one among them (rules 4.1)."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Business hours in Shanghai (policy): the instant of closing is after hours."""

    opens: time = time(9)
    closes: time = time(17)


class Term(NamedTuple):
    """How long a clock may run: working days after the start day, 0 is the same day; and whether it has colours."""

    days: int
    coloured: bool


TERMS: Mapping[str, Term] = MappingProxyType(
    {
        "accept": Term(1, coloured=False),
        "contact": Term(1, coloured=False),
        **{f"handle.{one}": Term(one.working_days, coloured=True) for one in Complexity},
        "rectify": Term(3, coloured=True),
        "city.contact": Term(1, coloured=False),
        "city.ordinary": Term(5, coloured=False),
        "city.hard": Term(15, coloured=False),
    }
)
"""The clocks of rules 4 by name; what has several terms is spelled `handle.general`."""


class Counted(NamedTuple):
    """A date between start and due, and whether it was counted."""

    day: Day
    counted: bool


@dataclass(frozen=True, slots=True)
class Due:
    """A due instant and its proof (rules 4.5): every date from the start's to the due's, in order.

    Yellow from `yellow_at`, that instant included; red after `red_at`, which is the due instant and the last one
    that is on time. Both are None where the clock has no colours. Provisional when one of the dates is.
    """

    due_at: datetime
    yellow_at: datetime | None
    red_at: datetime | None
    days: tuple[Counted, ...]
    provisional: bool


def due(start: datetime, term: Term, calendar: Calendar, hours: Hours) -> Due:
    """Close of business of the term's last working day, the start day not counted (四(三), rules 4).

    With 0 days: of the start day, or of the next working day when it starts after hours or on a day off.
    """
    begins = _instant(start)
    local = begins.astimezone(SHANGHAI)
    way = _way(local.date(), local.time() < hours.closes, term.days, calendar, hours)
    yellow_at, red_at = (max(begins, way.due_at - YELLOW), way.due_at) if term.coloured else (None, None)
    return Due(way.due_at, yellow_at, red_at, way.days, way.provisional)


def span(first: date, last: date) -> tuple[datetime, datetime]:
    """The beginning of a date in Shanghai, and the end of another: the first instant that is not on it any more."""
    until = last + timedelta(days=1)
    begins, ends = (datetime.combine(on, time.min, SHANGHAI).astimezone(UTC) for on in (first, until))
    return begins, ends


def shown(due_at: datetime, yellow_at: datetime | None, at: datetime) -> Light:
    """What a clock shows, one without colours if it has no `yellow_at`; at due it is not late (rules 3.7, 4.1)."""
    late = at > due_at
    if yellow_at is None:
        return Light.OVERDUE if late else Light.RUNNING
    if late:
        return Light.RED
    return Light.YELLOW if at >= yellow_at else Light.GREEN


def colour(due: Due, now: datetime) -> Light:
    """The colour at an instant (rules 4.1). A ValueError for a clock without colours: it is met or overdue."""
    if due.red_at is None:
        raise ValueError("this clock has no colours")
    return shown(due.due_at, due.due_at - YELLOW, _instant(now))


def due_dates(
    accepted_at: datetime,
    complexity: Complexity,
    calendar: Calendar,
    hours: Hours,
    dispatched_at: datetime | None = None,
) -> dict[str, Due]:
    """When an accepted ticket's contact and handling are due, and its acceptance if one says when it was dispatched."""
    terms = {"contact": (accepted_at, TERMS["contact"]), "handle": (accepted_at, TERMS[f"handle.{complexity}"])}
    if dispatched_at is not None:
        terms = {"accept": (dispatched_at, TERMS["accept"]), **terms}
    return {clock: due(start, term, calendar, hours) for clock, (start, term) in terms.items()}


def _instant(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("an instant needs a zone")
    return at.astimezone(UTC)


class _Way(NamedTuple):
    """The dates from a start to a due instant."""

    due_at: datetime
    days: tuple[Counted, ...]
    provisional: bool


@lru_cache(maxsize=4_096)
def _way(first: date, in_hours: bool, working_days: int, calendar: Calendar, hours: Hours) -> _Way:
    """What follows from the date of the start, and from whether it was before close of business.

    Remembered: a million clocks start on some hundred dates.
    """
    days = _counted(first, in_hours, working_days, calendar)
    due_at = datetime.combine(days[-1].day.date, hours.closes, SHANGHAI).astimezone(UTC)
    return _Way(due_at, days, any(one.day.provisional for one in days))


def _counted(first: date, in_hours: bool, working_days: int, calendar: Calendar) -> tuple[Counted, ...]:
    """Every date up to the due one, by the wall clock of Shanghai."""
    today = calendar.day(first)
    same_day = working_days == 0 and today.working and in_hours
    days = [Counted(today, counted=same_day)]
    left = 0 if same_day else max(working_days, 1)
    for on in dates(first + timedelta(days=1), date.max):
        if left == 0:
            break
        day = calendar.day(on)
        days.append(Counted(day, counted=day.working))
        left -= day.working
    return tuple(days)
