"""Random lives of tickets on the real database: whatever the batches, repeats, crashes and sweeps, the same is told.

Compared is every fact of a ticket on `clocks` and `alerts`, in order, bit for bit but for its ids and `noticed_at`. The
sweeps look at instants up to which everything was followed, as the running job does (rules 4.7).
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from chassis.clock import new_id
from chassis.testing.histories import Life
from chassis.testing.lives import at
from chassis.work import Cause
from contracts.tickets import TicketLinked
from sla_monitor import usecases
from sla_monitor.domain.rules import INSTANTS

CASES = 60
TICKETS = 3
END = at("01 00:00") + timedelta(days=300)
_TOLD = """
    SELECT topic, type, convert_from(body, 'UTF8')::jsonb - ARRAY['ticket_id', 'complaint_id', 'noticed_at'] AS body
    FROM log WHERE key = :key AND topic IN ('clocks', 'alerts') ORDER BY topic, sequence
"""


class Crash(Exception):  # noqa: N818 - what happens
    """The process ends in the middle of a transaction."""


def lives(seed: int, first: int) -> list[Life]:
    """Tickets, numbered from the first on, some of which are linked to those before."""
    dice, found = random.Random(seed), list[Life]()
    for number in range(first, first + TICKETS):
        found.append(Life(number, dice, tuple(found)))
        while not found[-1].over and len(found[-1].facts) < 15:
            found[-1].step()
    return found


def instant(fact: Any) -> datetime:
    """When what a fact says was so; what does not matter to clocks may come whenever it wants."""
    when: datetime = getattr(fact, INSTANTS.get(type(fact)) or "classified_at", END)
    return when


def in_time(tickets: Sequence[Life]) -> list[Any]:
    """All facts as they happened; of a ticket in its own order."""
    dated = []
    for life in tickets:
        last = life.facts[0].submitted_at
        for fact in life.facts:
            last = max(last, instant(fact) if instant(fact) < END else last)
            dated.append((last, fact))
    return [fact for _, fact in sorted(dated, key=lambda one: one[0])]


def mixed(tickets: Sequence[Life], dice: random.Random) -> list[Any]:
    """All facts as several partitions may bring them; where tickets are linked, as they happened."""
    if any(isinstance(fact, TicketLinked) for life in tickets for fact in life.facts):
        return in_time(tickets)
    waiting, found = [list(life.facts) for life in tickets], []
    while waiting := [facts for facts in waiting if facts]:
        found.append(dice.choice(waiting).pop(0))
    return found


async def follow(desk: Any, facts: Sequence[Any], *, crash: bool = False) -> None:
    """They come when all is over: only what is said counts."""
    causes = {id(one): Cause(fact_id=new_id(END), sequence=one.version) for one in facts}
    desk.clock.set(END)
    with suppress(Crash):
        async with desk.running.work(causes) as work:
            await usecases.follow(work, facts)
            if crash:
                raise Crash


async def sweep(desk: Any, to: datetime, *, crash: bool = False) -> None:
    """Ticks until nothing is left, or one that ends before it is committed; tickets were followed up to an instant."""
    more = True
    while more:
        with suppress(Crash):
            async with desk.running.work() as work:
                work.until = to
                more = await usecases.sweep(work)
                if crash:
                    crash = False
                    raise Crash


def batches(facts: Sequence[Any], dice: random.Random) -> Iterator[tuple[list[Any], Sequence[Any]]]:
    """Batches of any size, each with some that came before, and what is still to come after it."""
    begun = 0
    while begun < len(facts):
        end = begun + dice.choice((1, 1, 2, 5, 20))
        yield list(facts[max(0, begun - dice.choice((0, 0, 1, 9))) : end]), facts[begun:]
        begun = end


async def lived(desk: Any, facts: Sequence[Any], dice: random.Random) -> None:
    """The facts come in batches, with crashes, repeats and sweeps up to what is followed."""
    last = instant(facts[0])
    for batch, coming in batches(facts, dice):
        followed = min(map(instant, coming))
        if followed < END and dice.random() < 0.7:
            await sweep(desk, last + (followed - last) * dice.random(), crash=dice.random() < 0.2)
        if dice.random() < 0.2:
            await follow(desk, batch[: dice.randint(1, len(batch))], crash=True)
        await follow(desk, batch)
        last = min(followed, END)


async def told(desk: Any, tickets: Sequence[Life]) -> list[Any]:
    """What was told of each."""
    return [[tuple(row) for row in await desk.rows(_TOLD, key=str(life.said["ticket_id"]))] for life in tickets]


async def test_lives_are_told_alike_however_they_come(desk: Any) -> None:
    desk.clock.set(END)
    for seed in range(CASES):
        once, anyhow = lives(seed, 10_000 + seed * 10), lives(seed, 50_000 + seed * 10)
        await follow(desk, in_time(once))
        await sweep(desk, END)
        dice = random.Random(f"{seed} anyhow")
        await lived(desk, mixed(anyhow, dice), dice)
        await sweep(desk, END)
        assert await told(desk, anyhow) == await told(desk, once), f"seed {seed}"


async def test_the_board_counts_what_the_clocks_show_after_all_that(desk: Any) -> None:
    desk.clock.set(END)
    for seed in range(CASES, CASES + 10):
        dice = random.Random(seed)
        await lived(desk, mixed(lives(seed, 10_000 + seed * 10), dice), dice)
    counted = await desk.rows("SELECT unit, kind, light, clocks FROM board WHERE clocks <> 0 ORDER BY 1, 2, 3")
    running = await desk.rows("""
        SELECT coalesce(unit, '') AS unit, kind, light, count(*) AS clocks FROM clock WHERE verdict IS NULL
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    """)
    assert [tuple(one) for one in counted] == [tuple(one) for one in running]
