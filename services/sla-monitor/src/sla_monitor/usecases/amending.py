"""What a newer calendar does to clocks that run: carried out in batches, and tried first if wanted (rules 4.3)."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis import telemetry
from chassis.work import Work
from contracts.clocks import ClockMoved
from contracts.vocabulary import ClockKind
from sla_monitor import domain, store
from sla_monitor.domain import Measures, Reaction
from sla_monitor.store.amending import Amendment
from sla_monitor.usecases.calendar import Amended, changed_span
from sla_monitor.usecases.clocks import pass_time
from sla_monitor.usecases.kit import Kit

MOST_AMENDED = 500
"""Clocks whose tickets are put right in one transaction: nobody waits longer for one of them than 200 ms or so."""
MOST_TRIED = 2_000
"""Clocks that are looked at in one transaction when a notice is only tried."""
_log = telemetry.logger(__name__)


class Move(NamedTuple):
    """A clock that a notice has due at another instant."""

    ticket_id: UUID
    clock: ClockKind
    ref: str
    unit: str | None
    started_at: datetime
    due_at: datetime
    new_due_at: datetime


class Trial(NamedTuple):
    """A notice as it would be carried out, and how far the clocks were looked at."""

    measures: Measures
    amendment: Amendment


async def carry_out(work: Work[Kit]) -> bool:
    """Put the next tickets right that an amended calendar can touch; whether there may be more of them.

    The newest calendar counts, also for the tickets of an older amendment.
    """
    amendment = await store.amending.pending(work.session)
    if amendment is None:
        return False
    found = await store.amending.touched(work.session, amendment, MOST_AMENDED)
    if not found:
        await _end(work, amendment)
        return True
    tickets = {one.ticket_id for one in found}
    await pass_time(work, sorted(tickets))
    await store.amending.reached(work.session, amendment.version, found[-1], len(tickets))
    return True


async def _end(work: Work[Kit], amendment: Amendment) -> None:
    tickets = await store.amending.end(work.session, amendment.version, work.now)
    _log.info("calendar.carried-out", version=amendment.version, count=tickets)


async def trial(work: Work[Kit], amended: Amended) -> Trial:
    """A notice that would change something, before the first clock was looked at."""
    held = await work.kit.newest.measures(work.session)
    calendar = held.calendar.changed_by(after for _, after in amended.days)
    amendment = store.amending.amendment(calendar.version, *changed_span(amended.days))
    return Trial(Measures(held.policy, calendar, work.now), amendment)


async def moves(work: Work[Kit], tried: Trial) -> tuple[list[Move], Trial | None]:
    """The next clocks that would move, and the trial to go on with; None when all were looked at.

    Nobody waits for it: clocks are read as they stand.
    """
    measures, amendment = tried
    found = await store.amending.touched(work.session, amendment, MOST_TRIED)
    if not found:
        return [], None
    cases = await store.clocks.standing(work.session, {one.ticket_id for one in found})
    new = [one for one in cases.values() if store.amending.earliest(one, amendment) > amendment.place]
    moved = [move for one in new for move in _moved(domain.advance(one, work.until, work.now, measures))]
    return moved, Trial(measures, amendment._replace(place=found[-1]))


def _moved(reaction: Reaction) -> Iterator[Move]:
    for one in reaction.told:
        if isinstance(one, ClockMoved) and one.due_at != one.previous_due_at:
            yield Move(one.ticket_id, one.clock, one.ref, one.unit, one.started_at, one.previous_due_at, one.due_at)
