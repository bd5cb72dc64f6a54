"""The log and its relay: in order, without gaps, at least once, whatever slow writers and brokers do."""

import asyncio
from typing import Any

from chassis import outbox
from chassis.db import rows
from chassis.work import Work
from contracts import base


def sequences(records: list[Any]) -> dict[bytes, list[int]]:
    """The numbers of each key's facts as they stand on the topic, each fact once."""
    seen: dict[str, None] = {}
    found: dict[bytes, list[int]] = {}
    for one in records:
        envelope = base.read(one.headers, one.value)
        if str(envelope.id) not in seen:
            seen[str(envelope.id)] = None
            found.setdefault(one.key, []).append(envelope.sequence)
    return found


async def test_concurrent_writers_leave_no_gap_and_no_disorder(tiny: Any, bus: Any, hands: Any) -> None:
    keys = [hands.complaint().complaint_id for _ in range(5)]

    async def write(n: int) -> None:
        for round_ in range(10):
            await tiny.tell(hands.waits(keys[(n + round_) % 5]), hands.waits(keys[n % 5]))

    async with tiny.running_doors("relay"):
        await asyncio.gather(*map(write, range(8)))
        wanted = {str(key).encode() for key in keys}
        read = await bus.read("tickets", lambda read: sum(one.key in wanted for one in read) >= 160)
    found = sequences([one for one in read if one.key in wanted])
    assert sum(map(len, found.values())) == 160
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in found.values())


async def test_what_a_slow_writer_commits_late_is_published_though_later_ones_were(
    tiny: Any, bus: Any, hands: Any
) -> None:
    early, late = hands.complaint().complaint_id, hands.complaint().complaint_id
    async with tiny.running_doors("relay"):
        async with tiny.database.transaction() as session:
            work: Work[None] = Work(session, hands.NOW, None)
            work.tell(hands.waits(early))
            await outbox.append(work)
            await tiny.tell(hands.waits(late))
            assert len(await tiny.told([late])) == 1
        assert len(await tiny.told([early])) == 1


async def test_a_writer_whose_number_is_above_the_last_that_ended_is_not_given_up(
    tiny: Any, bus: Any, hands: Any
) -> None:
    """Its transaction began after the one that made the gap visible: a snapshot's xmax says nothing of it."""
    early, late = hands.complaint().complaint_id, hands.complaint().complaint_id
    number = "SELECT pg_current_xact_id()"
    async with tiny.running_doors("relay"), tiny.database.transaction() as slow:
        async with tiny.database.transaction() as quick, tiny.database.transaction() as between:
            for session in (quick, between, slow):
                await rows(session, number)
            await _write(slow, hands, early)
            await _write(quick, hands, late)
            await quick.commit()
            assert len(await tiny.told([late])) == 1
            await _holes(tiny, hands, 1)
        marker = hands.complaint().complaint_id
        await tiny.tell(hands.waits(marker))
        assert len(await tiny.told([marker])) == 1
        await slow.commit()
        assert len(await tiny.told([early])) == 1
        await _holes(tiny, hands, 0)


async def test_what_was_rolled_back_is_given_up(tiny: Any, bus: Any, hands: Any) -> None:
    kept = hands.complaint().complaint_id
    async with tiny.running_doors("relay"):
        async with tiny.database.transaction() as session:
            await _write(session, hands, hands.complaint().complaint_id)
            await tiny.tell(hands.waits(kept))
            await _holes(tiny, hands, 1)
            await session.rollback()
        await _holes(tiny, hands, 0)
        assert len(await tiny.told([kept])) == 1


async def test_of_two_relays_one_is_at_work_and_the_other_takes_over(tiny: Any, bus: Any, hands: Any) -> None:
    keys = [hands.complaint().complaint_id for _ in range(2)]
    async with tiny.running_doors("relay") as second:
        async with tiny.running_doors("relay") as first:
            await hands.happens(lambda: first.relay.active or second.relay.active)
            await tiny.tell(hands.waits(keys[0]))
            await tiny.told(keys[:1])
            assert first.relay.active != second.relay.active
        await tiny.tell(hands.waits(keys[1]))
        assert {one.key for one in await tiny.told(keys)} == {str(key).encode() for key in keys}
        assert second.relay.active


async def test_a_relay_that_loses_its_lock_takes_it_anew(tiny: Any, hands: Any) -> None:
    keys = [hands.complaint().complaint_id for _ in range(2)]
    end = (
        "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON oid = database WHERE locktype = 'advisory'"
    )
    async with tiny.running_doors("relay") as running:
        await tiny.tell(hands.waits(keys[0]))
        await tiny.told(keys[:1])
        assert await tiny.rows(f"{end} AND datname = current_database()")
        await tiny.tell(hands.waits(keys[1]))
        assert {one.key for one in await tiny.told(keys)} == {str(key).encode() for key in keys}
        await hands.happens(lambda: running.relay.active)


async def test_set_back_it_publishes_everything_again_with_the_same_ids(tiny: Any, bus: Any, hands: Any) -> None:
    keys = [hands.complaint().complaint_id for _ in range(3)]
    wanted = {str(key).encode() for key in keys}
    async with tiny.running_doors("relay"):
        await tiny.tell(*map(hands.waits, keys))
        await tiny.told(keys)
        await tiny.rows("UPDATE log_cursor SET high = 0, holes = '[]', generation = generation + 1")
        read = await bus.read("tickets", lambda read: sum(one.key in wanted for one in read) >= 6)
    ids = [dict(one.headers)["ce_id"] for one in read if one.key in wanted]
    assert len(ids) == 6
    assert len(set(ids)) == 3


async def test_a_broker_that_dies_is_waited_for_and_nothing_is_lost(tiny: Any, bus: Any, hands: Any) -> None:
    facts = [hands.complaint() for _ in range(30)]
    async with tiny.running_doors():
        await tiny.send(*map(hands.raw, facts[:10]))
        await tiny.effects(10)
        await asyncio.to_thread(bus.servers.kill, "kafka")
        told = [hands.complaint().complaint_id for _ in range(5)]
        await tiny.tell(*map(hands.waits, told))
        await asyncio.to_thread(bus.servers.start, "kafka")
        await tiny.send(*map(hands.raw, facts[10:]))
        assert len(await tiny.effects(30)) == 30
        found = sequences(await tiny.told([*told, *(one.complaint_id for one in facts)]))
    assert set(map(tuple, found.values())) == {(1,)}


async def _write(session: Any, hands: Any, key: Any) -> None:
    work: Work[None] = Work(session, hands.NOW, None)
    work.tell(hands.waits(key))
    await outbox.append(work)


async def _holes(tiny: Any, hands: Any, how_many: int) -> None:
    async def look() -> bool:
        (row,) = await tiny.rows("SELECT jsonb_array_length(holes) AS holes FROM log_cursor")
        return bool(row.holes == how_many)

    await hands.until(look)
