"""What a clock starts: one instance at a time, one transaction a tick."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from chassis.jobs import Job, make_log_room
from chassis.tables import LOG_PARTITION_ROWS


def with_job(tiny: Any, run: Any, every: timedelta = timedelta(milliseconds=10)) -> None:
    job = Job("test", every, run)
    tiny.harness.service = replace(tiny.harness.service, jobs=(job,))


async def test_a_tick_is_one_transaction_and_tells(tiny: Any, hands: Any) -> None:
    told = [hands.complaint().complaint_id for _ in range(2)]

    async def tell_then_fail_once(work: Any) -> None:
        if told:
            work.tell(hands.waits(told[0]))
            if len(told) == 2:
                told.pop(0)
                raise ZeroDivisionError
            told.clear()

    first, second = told
    with_job(tiny, tell_then_fail_once)
    async with tiny.running_doors("jobs", "relay"):
        assert len(await tiny.told([second])) == 1
    assert not await tiny.rows("SELECT 1 FROM log WHERE key = :key", key=str(first))


async def test_one_instance_is_at_it(tiny: Any, hands: Any) -> None:
    at_it, most, ticks = 0, 0, 0

    async def count(_: Any) -> None:
        nonlocal at_it, most, ticks
        at_it, ticks = at_it + 1, ticks + 1
        most = max(most, at_it)
        try:
            await asyncio.sleep(0.02)
        finally:
            at_it -= 1

    with_job(tiny, count)
    async with tiny.running_doors("jobs"), tiny.running_doors("jobs"):
        await hands.happens(lambda: ticks > 20)
    assert most == 1


async def test_a_job_that_has_more_to_do_goes_on_at_once(tiny: Any, hands: Any) -> None:
    ticks = 0

    async def until_the_fourth(_: Any) -> bool:
        nonlocal ticks
        ticks += 1
        return ticks < 4

    with_job(tiny, until_the_fourth, every=timedelta(hours=1))
    async with tiny.running_doors("jobs"):
        await hands.happens(lambda: ticks == 4)


async def test_the_log_has_room_before_it_is_needed(tiny: Any) -> None:
    await tiny.rows("SELECT setval('log_position', :at)", at=3 * LOG_PARTITION_ROWS + 7)
    async with tiny.harness.work() as work:
        await make_log_room(work)
        await make_log_room(work)
    [row] = await tiny.rows("SELECT to_regclass('log_4') IS NOT NULL AS there")
    assert row.there
