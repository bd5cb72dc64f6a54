"""When what repeats is a blockage 堵点 (rules 5.5): windows of days by when tickets were finished, whenever we hear."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from contracts.improvements import ImprovementFact, ImprovementProposed, ImprovementReturned
from contracts.tickets import TicketFact, TicketFinished, TicketReopened
from revisit.domain.calendar import date_of
from revisit.domain.cases import Case
from revisit.domain.improvements import Blockage, Improvement, evolve

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bar:
    """From when on what repeats is a blockage (policy): so many `finishes` within so many `days`.

    What was improved is watched for so many `months` after it was done.
    """

    version: int = 1
    finishes: int = 10
    days: int = 30
    months: int = 6


class Finished(NamedTuple):
    """A ticket was finished: it counts for what it was about and why it went wrong."""

    ticket_id: UUID
    blockage: Blockage
    unit: str | None
    at: datetime

    @property
    def on(self) -> date:
        """The date in Shanghai."""
        return date_of(self.at)


class Withdrawn(NamedTuple):
    """A ticket was opened again: what it counted for is taken back."""

    ticket_id: UUID


def counts(case: Case, fact: TicketFact) -> Finished | Withdrawn | None:
    """What a fact means to what repeats, on the case before it; without a matter nothing is blocked.

    A ticket counts once, by the finish that holds.
    """
    match fact:
        case TicketFinished(cause=cause, unit=unit, finished_at=at) if case.closed_at is None and case.matter_code:
            return Finished(case.ticket_id, Blockage(case.matter_code, cause), unit, at)
        case TicketReopened():
            return Withdrawn(case.ticket_id)
        case _:
            return None


def held(case: Case, fact: TicketFinished) -> Finished | None:
    """What a closed ticket counts for by this fact, if that is the finish that holds."""
    if case.matter_code is None or case.closed_at != fact.finished_at:
        return None
    return Finished(case.ticket_id, Blockage(case.matter_code, fact.cause), fact.unit, fact.finished_at)


@dataclass(frozen=True, slots=True)
class Repeating:
    """What repeats: its finishes by date, as far as they matter, and the newest improvement, if there ever was one."""

    blockage: Blockage
    days: Mapping[date, int] = field(default_factory=dict)
    newest: Improvement | None = None

    def counted(self, on: date, more: int) -> "Repeating":
        """With so many more finishes on a date, or less."""
        return replace(self, days={**self.days, on: self.days.get(on, 0) + more})

    def within(self, first: date, last: date) -> int:
        """How many finishes there were from one date to another, both included."""
        return sum(count for on, count in self.days.items() if first <= on <= last)


class Measures(NamedTuple):
    """By what is judged what repeats."""

    bar: Bar
    now: datetime
    new_id: Callable[[], UUID]


def fold(repeating: Repeating, facts: list[ImprovementFact]) -> Repeating:
    """What repeats, after the facts about its newest improvement."""
    for fact in facts:
        repeating = replace(repeating, newest=evolve(repeating.newest, fact))
    return repeating


def finished(repeating: Repeating, fact: Finished, by: Measures) -> list[ImprovementFact]:
    """What one more finish brings about; it is counted already.

    While an improvement is open there is no other, and what happened before one had its end was looked at then.
    """
    newest = repeating.newest
    if newest is None:
        return _proposed(repeating, fact, date.min, by)
    if newest.watched(fact.at):
        return [_returned(newest, fact, by)]
    ended = newest.ended_at
    return _proposed(repeating, fact, date_of(ended) + _DAY, by) if ended else []


def _returned(newest: Improvement, fact: Finished, by: Measures) -> ImprovementReturned:
    return ImprovementReturned(
        **said(newest),
        unit=newest.unit,
        returned_by=fact.ticket_id,
        finished_at=fact.at,
        returned_at=by.now,
    )


def said(improvement: Improvement) -> dict[str, Any]:
    """What every fact about an improvement says."""
    return {"improvement_id": improvement.improvement_id, **improvement.blockage._asdict()}


def _proposed(repeating: Repeating, fact: Finished, since: date, by: Measures) -> list[ImprovementFact]:
    """An improvement, if the finish makes some window of the policy's days full; dates before `since` do not count."""
    if fact.on < since:
        return []
    for last in _lasts(repeating, fact.on, by.bar):
        first = max(since, last - (by.bar.days - 1) * _DAY)
        if (count := repeating.within(first, last)) >= by.bar.finishes:
            return [_proposal(repeating, fact, first, last, count, by)]
    return []


def _lasts(repeating: Repeating, on: date, bar: Bar) -> list[date]:
    """On which dates a window ends that a finish of this date lies in: its own, and later ones if it is heard late."""
    later = (one for one in repeating.days if on < one < on + bar.days * _DAY)
    return [on, *sorted(later)]


def _proposal(
    repeating: Repeating, fact: Finished, first: date, last: date, count: int, by: Measures
) -> ImprovementProposed:
    return ImprovementProposed(
        improvement_id=by.new_id(),
        **repeating.blockage._asdict(),
        number=repeating.newest.number + 1 if repeating.newest else 1,
        first=first,
        last=last,
        finishes=count,
        tipped_by=fact.ticket_id,
        finished_at=fact.at,
        proposed_at=by.now,
        policy=by.bar.version,
    )


def watched_until(done_at: datetime, months: int) -> datetime:
    """So many months later by the calendar, at the same instant of the day; on its last day where a month is short."""
    whole = done_at.year * 12 + done_at.month - 1 + months
    year, month = divmod(whole, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    day = min(done_at.day, (following - _DAY).day)
    return done_at.replace(year=year, month=month + 1, day=day).astimezone(UTC)
