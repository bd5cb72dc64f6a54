"""Servers that are away: waited for at any time, without anybody's hand, and nothing is parked for it."""

import asyncio
from datetime import timedelta
from typing import Any

from chassis.kafka import Producer, Record
from chassis.telemetry import metrics


async def test_servers_may_come_later_than_the_service(tiny: Any, bus: Any, hands: Any) -> None:
    fact = hands.complaint()
    await tiny.send(hands.raw(fact))
    for name in ("kafka", "postgres"):
        await asyncio.to_thread(bus.servers.kill, name)
    async with tiny.running_doors() as running:
        assert running.not_ready()
        for name in ("postgres", "kafka"):
            await asyncio.to_thread(bus.servers.start, name)
        assert await tiny.effects(1) == [fact.complaint_id]
        assert len(await tiny.told([fact.complaint_id])) == 1
        await hands.happens(lambda: not running.not_ready())


async def test_a_database_that_dies_in_mid_batch_is_waited_for(tiny: Any, bus: Any, hands: Any) -> None:
    facts = [hands.complaint() for _ in range(30)]

    async def kill_once(*_: Any) -> None:
        tiny.script.before = None
        await asyncio.to_thread(bus.servers.kill, "postgres")

    tiny.script.before = kill_once
    await tiny.send(*map(hands.raw, facts))
    async with tiny.running_doors():
        await hands.happens(lambda: tiny.script.before is None)
        await asyncio.to_thread(bus.servers.start, "postgres")
        await hands.happens(lambda: len(tiny.script.batches) > 1)
        assert len(await tiny.effects(30)) == 30
        assert len(await tiny.told([one.complaint_id for one in facts])) == 30
    assert not await tiny.rows("SELECT id FROM parked")


async def test_a_service_ends_in_order_while_its_servers_are_away(tiny: Any, bus: Any, hands: Any) -> None:
    begun = asyncio.Event()

    async def kill_once(*_: Any) -> None:
        begun.set()
        for name in ("postgres", "kafka"):
            await asyncio.to_thread(bus.servers.kill, name)

    tiny.script.before = kill_once
    await tiny.send(hands.raw(hands.complaint()))
    try:
        async with asyncio.timeout(30), tiny.running_doors():
            await begun.wait()
    finally:
        for name in ("postgres", "kafka"):
            await asyncio.to_thread(bus.servers.start, name)
    tiny.script.before = None
    async with tiny.running_doors():
        await tiny.effects(1)


async def test_a_producer_that_is_given_up_sends_nothing_more(tiny: Any, bus: Any, hands: Any) -> None:
    """An idempotent batch never expires: left alone, it would be sent whenever the broker is back."""
    topic, producer = tiny.topic, Producer(tiny.harness.settings)
    await producer.send([Record(topic, b"k", [], b"first")])
    await asyncio.to_thread(bus.servers.kill, "kafka")
    sending = asyncio.create_task(producer.send([Record(topic, b"k", [], b"given up")]))
    accumulator: Any = producer._producer
    await hands.happens(lambda: accumulator._message_accumulator._batches)
    sending.cancel()
    await asyncio.wait({sending})
    await asyncio.to_thread(bus.servers.start, "kafka")
    await producer.send([Record(topic, b"k", [], b"last")])
    read = await bus.read(topic, lambda read: read and read[-1].value == b"last")
    assert [one.value for one in read] == [b"first", b"last"]
    await producer.close()


async def test_a_lost_membership_is_made_anew(tiny: Any, hands: Any) -> None:
    async with tiny.running_doors() as running:
        await tiny.send(hands.raw(hands.complaint()))
        await tiny.effects(1)
        [subscription] = running.subscriptions
        lost = subscription._subscriber.consumer
        lost._coordinator._coordination_task.cancel()
        await hands.happens(lambda: subscription.stale() is False and subscription._subscriber.consumer is not lost)
        await tiny.send(hands.raw(hands.complaint()))
        await tiny.effects(2)


async def test_a_static_member_goes_on_where_it_was(make: Any, hands: Any) -> None:
    tiny = await make(instance="1")
    for done in (1, 2):
        await tiny.send(hands.raw(hands.complaint()))
        async with tiny.running_doors("consumers"):
            await tiny.effects(done)
    assert tiny.script.batches == [1, 1]


async def test_it_says_that_it_is_not_ready_while_nothing_moves(tiny: Any, hands: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("chassis.kafka.consuming._STALE_S", 1.0)
    monkeypatch.setattr("chassis.relay._LATE_S", 1.0)
    go_on = asyncio.Event()

    async def hold(*_: Any) -> None:
        await go_on.wait()

    tiny.script.before = hold
    await tiny.send(hands.raw(hands.complaint()))
    async with tiny.running_doors() as running:
        await hands.happens(lambda: tiny.script.batches and running.not_ready() == ["consumer.stale"])
        assert not running.not_live()
        go_on.set()
        await hands.happens(lambda: not running.not_ready())


async def test_what_was_told_later_than_now_waits_until_the_clocks_agree(tiny: Any, hands: Any) -> None:
    """An hour too slow, a service would take what is an hour old for what has not happened yet."""
    [consumer] = tiny.harness.service.consumers
    consumer.ahead = timedelta(minutes=5)
    fact = hands.complaint()
    tiny.harness.clock.move(-timedelta(hours=1))
    await tiny.send(hands.raw(fact))
    tried = attempts()
    async with tiny.running_doors():
        await hands.happens(lambda: attempts() > tried)
        assert not await tiny.rows("SELECT 1 FROM effect UNION ALL SELECT 1 FROM parked")
        tiny.harness.clock.move(timedelta(minutes=56))
        assert await tiny.effects(1) == [fact.complaint_id]
    assert not await tiny.rows("SELECT 1 FROM parked")


def attempts() -> float:
    """How many batches have come in this process."""
    return metrics.REGISTRY.get_sample_value("bbcs_consumer_batch_size_count") or 0.0
