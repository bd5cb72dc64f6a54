"""What revisit does about what was finished before finishes were counted: dispatch's log says why it was."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from chassis.gaps import Gap
from chassis.work import Work
from contracts.base import Envelope
from contracts.tickets import TicketFact, TicketFinished
from revisit import store
from revisit.domain import Case, Finished, blockages
from revisit.usecases.counting import count
from revisit.usecases.kit import Kit

LEASE = timedelta(seconds=60)
"""For so long nobody else looks up what was claimed; whoever does has given up by then."""
MOST = 50
_LAST = 1_000_000
"""More facts than a ticket has: all of them are asked for."""

Found = Mapping[str, Sequence[Envelope]]
"""All facts of tickets, by key."""


async def claim(work: Work[Kit], _: int) -> Sequence[Sequence[UUID]]:
    """One batch of tickets that were not counted."""
    found = await store.blockages.claim_uncounted(work.session, MOST, LEASE)
    return [found] if found else []


async def look_up(kit: Kit, ticket_ids: Sequence[UUID]) -> Found:
    """What was told of them. Raises as `chassis.gaps.Log.missing` does."""
    return await kit.tickets.missing([Gap(str(one), 0, 0, _LAST) for one in ticket_ids])


async def recount(work: Work[Kit], ticket_ids: Sequence[UUID], found: Found) -> None:
    """Count the finish that holds of each, unless it was counted meanwhile; a declined ticket has none."""
    cases = await store.cases.locked(work.session, ticket_ids)
    counted = await store.blockages.counted(work.session, ticket_ids)
    left = [case for ticket_id, case in cases.items() if ticket_id not in counted]
    await count(work, [one for case in left if (one := _finish(work, case, found[str(case.ticket_id)]))])
    await store.blockages.looked_up(work.session, ticket_ids)


def _finish(work: Work[Kit], case: Case, told: Sequence[Envelope]) -> tuple[TicketFact, Finished] | None:
    """The finish that holds, with its fact."""
    for one in told:
        if isinstance(fact := one.fact, TicketFinished) and (finish := blockages.held(case, fact)):
            work.take_up(one)
            return fact, finish
    return None
