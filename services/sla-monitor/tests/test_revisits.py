"""Revisits are followed beside tickets: each topic counts its own facts, and its owner's log has what did not come."""

import json
import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.clock import new_id
from chassis.consumer import Message
from chassis.testing import lives
from chassis.testing.asking import REVISIT, ROUND, Asking, closed, planned, sought, supervised
from chassis.testing.histories import Life
from chassis.testing.lives import at
from chassis.work import Cause
from contracts.base import Fact
from sla_monitor import usecases
from sla_monitor.domain.rules import INSTANTS, RULES

CASES = 40
END = at("01 00:00") + timedelta(days=300)
PLANNED, SOUGHT, CLOSED = range(3)
ASKED = (planned("24 10:00", "26 17:00"), sought("24 11:00"), closed("27 10:00"))
"""A revisit that is closed a day late."""
TICKET = (lives.opened(), lives.dispatched(), lives.accepted("24 11:00"), lives.finished("24 12:00"))
OVERDUE = ["clock.started.v1", "clock.turned.v1", "clock.stopped.v1"]


def of(number: int, facts: Sequence[Fact]) -> list[Fact]:
    """The facts as those of another ticket."""
    said = {"ticket_id": UUID(int=number), "complaint_id": UUID(int=number + 1_000_000)}
    return [one.model_copy(update=said) for one in facts]


async def take(desk: Any, messages: Sequence[Message]) -> None:
    """A batch comes by its topic."""
    [topic] = {one.topic for one in messages}
    [taker] = [one for one in desk.running.takers if one.consumer.name == topic]
    await taker.take(messages)


async def told(desk: Any, number: int, *kinds: str) -> list[str]:
    """The types of what was told of a ticket's clocks of some kinds, in order."""
    sql = """
        SELECT type FROM log WHERE topic = 'clocks' AND key = :key
            AND convert_from(body, 'UTF8')::jsonb ->> 'clock' = ANY (CAST(:kinds AS text[])) ORDER BY sequence
    """
    return [row.type for row in await desk.rows(sql, key=str(UUID(int=number)), kinds=list(kinds))]


async def parked(desk: Any) -> list[tuple[str, str]]:
    """What is parked, in order: of which topic, and why."""
    return [(row.topic, row.code) for row in await desk.rows("SELECT topic, code FROM parked ORDER BY n")]


@pytest.fixture
async def late_desk(desk: Any) -> Any:
    """The desk when everything has happened."""
    desk.clock.set(at("28 12:00"))
    return desk


async def test_revisits_and_tickets_are_counted_apart_and_said_twice_change_nothing(
    late_desk: Any, dispatch: Any, revisit: Any
) -> None:
    await revisit.tell(*of(1, ASKED))
    await dispatch.tell(*of(1, TICKET))
    for _ in range(2):
        await take(late_desk, await revisit.sent(UUID(int=1)))
        await take(late_desk, await dispatch.sent(UUID(int=1)))
    assert await told(late_desk, 1, "revisit") == OVERDUE
    assert await told(late_desk, 1, "handle") == ["clock.started.v1", "clock.stopped.v1"]
    [row] = await late_desk.rows("SELECT followed, revisits_followed FROM ticket")
    assert tuple(row) == (4, 3)
    assert await parked(late_desk) == []


@pytest.mark.parametrize("held_back", [[PLANNED], [SOUGHT], [PLANNED, SOUGHT]])
async def test_what_did_not_come_is_followed_from_the_log_of_revisit(
    late_desk: Any, revisit: Any, held_back: list[int]
) -> None:
    await revisit.tell(*of(1, ASKED))
    complete = await revisit.sent(UUID(int=1))
    async with revisit.open():
        await take(late_desk, [one for place, one in enumerate(complete) if place not in held_back])
    assert await told(late_desk, 1, "revisit") == OVERDUE
    await take(late_desk, complete)
    assert await told(late_desk, 1, "revisit") == OVERDUE
    assert await parked(late_desk) == []


async def test_what_revisit_does_not_have_either_parks_revisits_and_not_the_ticket(
    late_desk: Any, dispatch: Any, revisit: Any
) -> None:
    await revisit.tell(*of(1, ASKED))
    await dispatch.tell(*of(1, TICKET))
    complete = await revisit.sent(UUID(int=1))
    await revisit.harness.rows("DELETE FROM log WHERE topic = 'revisits' AND sequence = 1")
    async with revisit.open():
        await take(late_desk, complete[CLOSED:])
    await take(late_desk, await dispatch.sent(UUID(int=1)))
    assert await parked(late_desk) == [("revisits", "fact.gap")]
    assert await told(late_desk, 1, "handle") == ["clock.started.v1", "clock.stopped.v1"]


async def test_a_plan_that_is_ahead_of_now_is_parked(desk: Any, revisit: Any) -> None:
    desk.clock.set(at("24 10:00") - timedelta(minutes=5, seconds=1))
    await revisit.tell(*of(1, ASKED[:1]))
    await take(desk, await revisit.sent(UUID(int=1)))
    assert await parked(desk) == [("revisits", "fact.from-future")]
    assert await told(desk, 1, "revisit") == []


async def test_a_revisit_stands_with_whoever_asks(late_desk: Any, revisit: Any) -> None:
    centres = planned("24 10:00", "30 17:00", None, revisit_id=UUID(int=30))
    await revisit.tell(*of(1, (ASKED[PLANNED], centres)))
    await take(late_desk, await revisit.sent(UUID(int=1)))
    async with late_desk.running.work() as work:
        await usecases.sweep(work)
    found = (await late_desk.get(f"/v1/tickets/{UUID(int=1)}/clocks", key="key-of-hrss")).json()["clocks"]
    assert [(one["clock"], one["unit"], one["light"]) for one in found] == [
        ("revisit", "hrss", "overdue"),
        ("revisit", None, "running"),
    ]
    assert [one["ref"] for one in found] == [str(REVISIT), str(UUID(int=30))]
    units, district = [(await late_desk.get("/v1/board", **said)).json()["counts"] for said in ({"unit": "hrss"}, {})]
    assert units == [{"clock": "revisit", "light": "overdue", "clocks": 1}]
    assert sorted((one["light"], one["clocks"]) for one in district) == [("overdue", 1), ("running", 1)]


async def test_a_round_that_is_red_is_alerted_and_proved(late_desk: Any, revisit: Any) -> None:
    rounds = (supervised("24 10:00"), supervised("24 10:00", "27 12:00", unit=None, round_id=UUID(int=30)))
    await revisit.tell(*of(1, rounds))
    await take(late_desk, await revisit.sent(UUID(int=1)))
    async with late_desk.running.work() as work:
        await usecases.sweep(work)
    [alert] = await late_desk.rows("""
        SELECT convert_from(body, 'UTF8')::jsonb -> 'open' AS open FROM log WHERE topic = 'alerts'
        ORDER BY sequence DESC LIMIT 1
    """)
    late = [(one["clock"], one["ref"], one["unit"], one["light"]) for one in json.loads(alert.open)]
    assert late == [("rectify", str(ROUND), "hrss", "red"), ("rectify", str(UUID(int=30)), None, "red")]
    address = f"/v1/tickets/{UUID(int=1)}/clocks/proof"
    by_term, as_set = (await late_desk.get(address)).json()["clocks"]
    assert [one["date"] for one in by_term["as_known_now"]["days"] if one["counted"]] == [
        "2026-11-25",
        "2026-11-26",
        "2026-11-27",
    ]
    assert as_set["as_known_now"]["due_at"] == as_set["due_at"] == "2026-11-27T04:00:00.000Z"
    page = (await late_desk.get(address, format="html")).text
    assert page.count("整改时限") == 2
    assert page.count("<dd>区行政服务中心</dd>") == 1


# random lives of both topics


class Crash(Exception):  # noqa: N818 - what happens
    """The process ends in the middle of a transaction."""


def instant(fact: Any) -> datetime:
    """When what a fact says was so; what does not matter to clocks may come whenever it wants."""
    when: datetime = getattr(fact, INSTANTS.get(type(fact)) or "classified_at", END)
    return when


def histories(seed: int, number: int) -> list[list[Any]]:
    """What is told of a ticket on each topic: by the same seed the same, whatever its number."""
    dice = random.Random(seed)
    life, asking = Life(number, dice), Asking(number, dice)
    while not life.over and len(life.facts) < 15:
        life.step()
    for _ in range(dice.randrange(1, 10)):
        asking.step()
    return [life.facts, asking.facts]


async def follow(desk: Any, facts: Sequence[tuple[int, Any]], *, crash: bool = False) -> None:
    """Facts of one topic, each with its number, come when all is over: only what is said counts."""
    causes = {id(fact): Cause(fact_id=new_id(END), sequence=number) for number, fact in facts}
    with suppress(Crash):
        async with desk.running.work(causes) as work:
            await usecases.follow(work, [fact for _, fact in facts])
            if crash:
                raise Crash


async def sweep(desk: Any, to: datetime) -> None:
    """Ticks until nothing is left; both topics were followed up to an instant."""
    more = True
    while more:
        async with desk.running.work() as work:
            work.until = to
            more = await usecases.sweep(work)


def batches(topics: Sequence[Sequence[Any]], dice: random.Random) -> Iterator[tuple[Sequence[tuple[int, Any]], Any]]:
    """Batches of any topic and size, each with some that came before, and up to when both topics were heard then."""
    numbered, begun = [list(enumerate(facts, 1)) for facts in topics], [0] * len(topics)
    while waiting := [topic for topic, facts in enumerate(numbered) if begun[topic] < len(facts)]:
        heard = min(instant(fact) for topic in waiting for _, fact in numbered[topic][begun[topic] :])
        topic = dice.choice(waiting)
        end = begun[topic] + dice.choice((1, 1, 2, 5))
        yield numbered[topic][max(0, begun[topic] - dice.choice((0, 0, 1, 3))) : end], heard
        begun[topic] = end


async def lived(desk: Any, topics: Sequence[Sequence[Any]], dice: random.Random) -> None:
    """The facts come at any pace, with crashes, repeats and sweeps as far as both topics were heard."""
    for batch, heard in batches(topics, dice):
        if heard < END and dice.random() < 0.5:
            await sweep(desk, heard - timedelta(days=dice.choice((0, 0, 1))))
        if dice.random() < 0.2:
            await follow(desk, batch, crash=True)
        await follow(desk, batch)


async def by_topic(desk: Any, number: int) -> dict[str, list[Any]]:
    """What was told of the clocks of each topic, in order; of what else is late an alert says how it stood then."""
    sql = """
        SELECT topic, type, body, coalesce(body ->> 'clock', body -> 'changed' ->> 'clock') AS clock FROM (
            SELECT topic, type, sequence, convert_from(body, 'UTF8')::jsonb
                - ARRAY['ticket_id', 'complaint_id', 'noticed_at', 'open'] AS body
            FROM log WHERE key = :key AND topic IN ('clocks', 'alerts')
        ) AS told ORDER BY topic, sequence
    """
    found: dict[str, list[Any]] = {}
    for row in await desk.rows(sql, key=str(UUID(int=number))):
        found.setdefault(RULES[row.clock].topic, []).append((row.topic, row.type, row.body))
    return found


async def test_lives_of_both_topics_are_told_alike_however_they_come(desk: Any) -> None:
    desk.clock.set(END)
    for seed in range(CASES):
        once, anyhow = 10_000 + seed, 50_000 + seed
        for facts in histories(seed, once):
            await follow(desk, list(enumerate(facts, 1)))
        await sweep(desk, END)
        await lived(desk, histories(seed, anyhow), random.Random(f"{seed} anyhow"))
        await sweep(desk, END)
        assert await by_topic(desk, anyhow) == await by_topic(desk, once), f"seed {seed}"
    counted = await desk.rows("SELECT unit, kind, light, clocks FROM board WHERE clocks <> 0 ORDER BY 1, 2, 3")
    running = await desk.rows("""
        SELECT coalesce(unit, '') AS unit, kind, light, count(*) AS clocks FROM clock WHERE verdict IS NULL
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    """)
    assert [tuple(one) for one in counted] == [tuple(one) for one in running]
