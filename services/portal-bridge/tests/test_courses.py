"""A complaint of the city that goes on in another ticket is told of by that one, whatever is heard first."""

import asyncio
from itertools import permutations
from typing import Any
from uuid import UUID

from chassis.testing import lives
from chassis.testing.patience import until
from contracts.tickets import TicketFact, TicketLinked
from contracts.vocabulary import Channel
from portal_bridge import usecases

OTHER = UUID(int=50)
THERE = {"ticket_id": OTHER, "complaint_id": UUID(int=51)}
OPENED = lives.opened(Channel.CITY_EXIT)
LINKED = TicketLinked(**lives.SAID, to=OTHER, linked_at=lives.at("24 10:30"), by=lives.BY)
TAKEN, FOLLOWED, DONE = (
    one.model_copy(update=THERE)
    for one in (lives.accepted("24 10:00"), lives.tracked("24 12:00", "26 12:00"), lives.finished("25 10:00"))
)
KINDS = ["accepted", "progress", "result"]


async def kinds(desk: Any) -> list[str]:
    """What is to be told, in order."""
    return [row.kind for row in await desk.rows("SELECT kind FROM reply ORDER BY number")]


async def test_facts_of_the_other_ticket_are_told_in_order_wherever_the_link_is_heard(desk: Any) -> None:
    orders = [one for one in permutations((OPENED, LINKED, TAKEN, FOLLOWED, DONE)) if _possible(one)]
    assert len(orders) == 10
    for order in orders:
        await desk.rows("TRUNCATE course, addressee, reply")
        for fact in order:
            await desk.follow(fact)
        assert await kinds(desk) == KINDS, order


async def test_a_link_waits_for_a_fact_of_the_other_ticket_that_is_being_heard(desk: Any) -> None:
    await desk.follow(OPENED)
    async with desk.harness.work() as work:
        await usecases.replying.follow(work, [TAKEN])
        linking = asyncio.create_task(desk.follow(LINKED))
        await until(lambda: _waits(desk))
    await linking
    await desk.follow(FOLLOWED, DONE)
    assert await kinds(desk) == KINDS


def _possible(order: tuple[TicketFact, ...]) -> bool:
    """Each ticket's own facts are heard in their order."""
    return all([one for one in order if one in own] == own for own in ([OPENED, LINKED], [TAKEN, FOLLOWED, DONE]))


async def _waits(desk: Any) -> bool:
    [row] = await desk.rows("SELECT count(*) AS waiting FROM pg_locks WHERE NOT granted")
    return bool(row.waiting)
