"""The HTTP doors of the calendar: what each date is, and when what is due by it."""

import datetime
import re
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from chassis import web
from chassis.work import Work
from contracts.base import Instant
from contracts.refusals import Refused
from contracts.vocabulary import Complexity, DayStatus
from sla_monitor import usecases
from sla_monitor.domain import Due
from sla_monitor.usecases import Kit

router = APIRouter()

_MOST_DAYS = 1100
_MOST_VERSION = 1_000_000
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d[Tt](?:[01]\d|2[0-3]):\d\d(?::\d\d(?:\.\d{1,6})?)?)([Zz]|[+\- ]\d\d:\d\d)?", re.ASCII
)
"""Without 24:00 and second 60, which some versions of the language read and others do not."""
_EARLIEST, _LATEST = (datetime.datetime(year, 1, 1, tzinfo=datetime.UTC) for year in (2004, 2100))


class CountedDay(BaseModel):
    """A date between the start and the due date: whether it counts, why, and by which notice."""

    date: datetime.date
    counted: bool
    why: str
    notice: str


class Clock(BaseModel):
    """When a clock is due, and how that came; without colours `yellow_at` and `red_at` are null.

    `red_at` is the last instant at which it is not red: red is whatever is later than due (rules 4.1).
    """

    due_at: Instant
    yellow_at: Instant | None
    red_at: Instant | None
    days: list[CountedDay]
    provisional: bool


class DueDates(BaseModel):
    """When a ticket is due, by clock."""

    clocks: dict[str, Clock]


class CalendarDay(BaseModel):
    """A date as it stands in the calendar; provisional while its year's notice is not imported."""

    date: datetime.date
    status: DayStatus
    notice: str
    revision: int
    provisional: bool


class Days(BaseModel):
    """Days of the calendar at a version."""

    version: int
    days: list[CalendarDay]


@router.get("/due-dates")
async def due_dates(
    work: Annotated[Work[Kit], web.InWork],
    accepted_at: Annotated[str, Query(max_length=40, description="RFC 3339, with its offset")],
    complexity: Annotated[str, Query(max_length=40, description="simple, general or complex")] = Complexity.GENERAL,
) -> DueDates:
    """When a ticket that is accepted at an instant is due, each day explained (rules 4.5)."""
    found = await usecases.due_dates(work, _instant(accepted_at), _complexity(complexity))
    return DueDates(clocks=_clocks(found))


@router.get("/calendar")
async def calendar(
    work: Annotated[Work[Kit], web.InWork],
    first: Annotated[datetime.date, Query(alias="from")],
    last: Annotated[datetime.date, Query(alias="to")],
    version: Annotated[int | None, Query(ge=1, le=_MOST_VERSION, description="the newest without")] = None,
) -> Days:
    """The days from one date to another, both included, 1,100 at most, as they are or as they were at a version."""
    if not 0 <= (last - first).days < _MOST_DAYS:
        raise Refused("period.invalid", most=_MOST_DAYS)
    of, found = await usecases.days(work, first, last, version)
    return Days(version=of, days=[CalendarDay.model_validate(one, from_attributes=True) for one in found])


def _instant(said: str) -> datetime.datetime:
    """The instant that was said; a `+` that a client did not escape arrives as a space, and is meant.

    Raises Refused: `time.malformed`, `time.no-offset`, `time.out-of-calendar`.
    """
    written = _RFC3339.fullmatch(said)
    if written is None:
        raise Refused("time.malformed")
    if written[2] is None:
        raise Refused("time.no-offset")
    try:
        found = datetime.datetime.fromisoformat(written[1].upper() + written[2].upper().replace(" ", "+"))
    except ValueError:
        raise Refused("time.malformed") from None
    if not _EARLIEST <= found < _LATEST:
        raise Refused("time.out-of-calendar")
    return found


def _complexity(said: str) -> Complexity:
    try:
        return Complexity(said)
    except ValueError:
        raise Refused("complexity.unknown", known=list(Complexity)) from None


def _clocks(found: Mapping[str, Due]) -> dict[str, Clock]:
    return {name: _clock(due) for name, due in found.items()}


def _clock(due: Due) -> Clock:
    return Clock(
        due_at=due.due_at,
        yellow_at=due.yellow_at,
        red_at=due.red_at,
        days=[_counted(due, number) for number in range(len(due.days))],
        provisional=due.provisional,
    )


def _counted(due: Due, number: int) -> CountedDay:
    """The day and its status; a working day that does not count is the one on which the clock started."""
    day, counted = due.days[number].day, due.days[number].counted
    why = "start-day" if day.working and not counted else day.status
    return CountedDay(date=day.date, counted=counted, why=why, notice=day.notice)
