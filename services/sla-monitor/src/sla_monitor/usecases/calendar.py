"""What sla-monitor does with the calendar: fills it, lets notices amend it, and says when what is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from prometheus_client import Gauge

from chassis import telemetry
from chassis.telemetry import metrics
from chassis.work import Work
from contracts.calendar import DaySet
from contracts.refusals import Refused
from contracts.vocabulary import Complexity
from sla_monitor import clients, domain, store
from sla_monitor.domain import SHANGHAI, Calendar, Day, Due, Line, Problem, span
from sla_monitor.usecases.kit import Kit

_MISSING = Gauge(
    "bbcs_calendar_notice_missing", "1 while a year's notice is missing (rules 4.4)", registry=metrics.REGISTRY
)
_log = telemetry.logger(__name__)


@dataclass(frozen=True, slots=True)
class Notice:
    """A year's notice (放假安排), as it is to be imported; `proposed_by` and `confirmed_by` give their word for it."""

    name: str
    year: int
    lines: Sequence[Line]
    proposed_by: str | None = None
    confirmed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Amended:
    """What a notice changes: each day as it was and as it is then; `version` is the calendar's then.

    Where there are problems, nothing is changed.
    """

    version: int
    days: Sequence[tuple[Day, Day]] = ()
    problems: Sequence[Problem] = ()


async def seed(work: Work[Kit]) -> None:
    """Give the calendar its first rows, and tell them; nothing when it has any."""
    if await store.calendar.newest(work.session):
        return
    await store.calendar.filling_alone(work.session)
    if await store.calendar.newest(work.session):
        return
    days = clients.seed()
    await _write(work, 1, days)
    await store.calendar.add_notice(work.session, 1, clients.source(), work.now, lines=len(days))


async def calendar(work: Work[Kit]) -> Calendar:
    """The calendar that holds now. Raises Refused("calendar.not-yet")."""
    return await work.kit.newest.calendar(work.session)


async def days(work: Work[Kit], first: date, last: date, version: int | None = None) -> tuple[int, list[Day]]:
    """The calendar's newest version or the one that is asked for, and its days from the first to the last date.

    Raises Refused: `calendar.not-yet`, `calendar.version-unknown`.
    """
    newest = (await calendar(work)).version
    asked = version or newest
    if asked > newest:
        raise Refused("calendar.version-unknown", newest=newest)
    return asked, await store.calendar.days(work.session, asked, first, last)


async def due_dates(work: Work[Kit], accepted_at: datetime, complexity: Complexity) -> Mapping[str, Due]:
    """When a ticket accepted then is due, by clock. Raises Refused("calendar.not-yet")."""
    return domain.due_dates(accepted_at, complexity, await calendar(work), work.kit.policy.hours)


async def amend(work: Work[Kit], notice: Notice, *, apply: bool) -> Amended:
    """What the notice changes; with `apply` it is changed and told, by the word of two persons (rules 6).

    Raises Refused: `calendar.not-yet`, `second-person.missing`, `second-person.same`.
    """
    if apply:
        _second_person(notice)
        await store.calendar.changing_alone(work.session)
    held = await calendar(work)
    problems = domain.check(notice.lines, notice.year, work.now.astimezone(SHANGHAI).date())
    if problems:
        return Amended(held.version, problems=problems)
    changed = domain.amended(held, notice.lines, notice.name)
    amended = Amended(held.version, [(held.day(one.date), one) for one in changed])
    if not (apply and changed):
        return amended
    return await _carry_out(work, notice, amended)


async def _carry_out(work: Work[Kit], notice: Notice, amended: Amended) -> Amended:
    version = amended.version + 1
    await _write(work, version, [after for _, after in amended.days])
    await store.amending.begin(work.session, store.amending.amendment(version, *changed_span(amended.days)))
    await store.calendar.add_notice(
        work.session,
        version,
        notice.name,
        work.now,
        lines=len(notice.lines),
        proposed_by=notice.proposed_by,
        confirmed_by=notice.confirmed_by,
    )
    return Amended(version, amended.days)


def changed_span(days: Sequence[tuple[Day, Day]]) -> tuple[datetime, datetime]:
    """The beginning of the first date that changes, and the end of the last."""
    dates = [after.date for _, after in days]
    return span(min(dates), max(dates))


async def _write(work: Work[Kit], version: int, changed: Sequence[Day]) -> None:
    await store.calendar.write(work.session, version, changed)
    work.tell(*(_set(one) for one in changed))


def _set(day: Day) -> DaySet:
    return DaySet(
        date=day.date, status=day.status, notice=day.notice, revision=day.revision, provisional=day.provisional
    )


def _second_person(notice: Notice) -> None:
    if notice.proposed_by is None or notice.confirmed_by is None:
        raise Refused("second-person.missing")
    if notice.proposed_by == notice.confirmed_by:
        raise Refused("second-person.same")


async def alarm(work: Work[Kit]) -> None:
    """Raise the alarm while next year's notice is missing, from 15 November on; lower it afterwards (rules 4.4)."""
    if not await store.calendar.newest(work.session):
        return
    held, today = await calendar(work), work.now.astimezone(SHANGHAI).date()
    missing = domain.wants_alarm(held, today)
    _MISSING.set(missing)
    if missing:
        _log.warning("calendar.notice-missing", version=held.version)
