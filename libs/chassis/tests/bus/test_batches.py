"""What happens to a batch: its effect once, whatever is delivered twice, fails, or cannot be read."""

import asyncio
from itertools import pairwise
from time import monotonic
from typing import Any

from chassis.db import rows
from contracts import base

LONG_S = 0.05
"""How long a handler is at it that has much to do."""


async def test_a_fact_delivered_twice_has_one_effect_and_is_answered_once(tiny: Any, bus: Any, hands: Any) -> None:
    fact = hands.complaint()
    said = hands.raw(fact)
    await tiny.send(said, said)
    async with tiny.running_doors():
        assert await tiny.effects(1) == [fact.complaint_id]
        last = hands.complaint()
        await tiny.send(said, hands.raw(last))
        assert await tiny.effects(2) == [fact.complaint_id, last.complaint_id]
        [told] = await tiny.told([fact.complaint_id])
    envelope = base.read(told.headers, told.value)
    assert envelope.sequence == 1
    assert envelope.correlation == f"of-{fact.complaint_id}"
    assert envelope.causation == dict(said.headers)["ce_id"].decode()
    assert envelope.traceparent == dict(said.headers)["ce_traceparent"].decode()


async def test_what_fails_after_the_handler_had_no_effect_and_told_nothing(tiny: Any, bus: Any, hands: Any) -> None:
    fact = hands.complaint()

    async def fail_once(work: Any, facts: Any) -> None:
        tiny.script.after = None
        raise ConnectionError

    tiny.script.after = fail_once
    await tiny.send(hands.raw(fact))
    async with tiny.running_doors():
        assert await tiny.effects(1) == [fact.complaint_id]
        assert len(await tiny.told([fact.complaint_id])) == 1
    assert tiny.script.batches == [1, 1]


async def test_a_killed_backend_is_waited_for_and_nothing_is_parked(tiny: Any, bus: Any, hands: Any) -> None:
    facts = [hands.complaint() for _ in range(20)]

    async def kill_once(work: Any, _: Any) -> None:
        tiny.script.before = None
        (backend,) = await rows(work.session, "SELECT pg_backend_pid() AS pid")
        await tiny.rows("SELECT pg_terminate_backend(:pid)", pid=backend.pid)

    tiny.script.before = kill_once
    await tiny.send(*map(hands.raw, facts))
    async with tiny.running_doors():
        assert sorted(await tiny.effects(20)) == sorted(one.complaint_id for one in facts)
    assert not await tiny.rows("SELECT id FROM parked")


async def test_one_poison_is_parked_and_the_rest_of_its_batch_goes_on(tiny: Any, bus: Any, hands: Any) -> None:
    facts = [hands.complaint() for _ in range(50)]
    poison, refused = facts[17], facts[31]

    async def choke(_: Any, batch: Any) -> None:
        if poison in batch:
            raise ZeroDivisionError
        if refused in batch:
            raise hands.Refused("matter.malformed", fields=["matter_code: pattern"])

    tiny.script.before = choke
    await tiny.send(*map(hands.raw, facts))
    async with tiny.running_doors():
        assert len(await tiny.effects(48)) == 48
        parked = await tiny.parked(2)
    assert {(row.key.decode(), row.code, *row.fields) for row in parked} == {
        (poison.key, "fact.fault", "ZeroDivisionError"),
        (refused.key, "matter.malformed", "matter_code: pattern"),
    }


async def test_strange_headers_and_bodies_are_parked_by_name_and_told(tiny: Any, bus: Any, hands: Any) -> None:
    good = hands.raw(hands.complaint())
    later = [(name, b"complaint.registered.v9" if name == "ce_type" else said) for name, said in good.headers]
    strange = [
        hands.Raw(b"1", b"{}", []),
        hands.Raw(b"2", b"{}", [("ce_type", None), ("x", b"\xff\xfe")]),
        hands.Raw(b"3", b"{}", [("ce_type", b"\xff\xfe")]),
        hands.Raw(b"4", good.value, later),
        hands.Raw(b"5", b"\xff\0 not JSON", good.headers),
        hands.Raw(None, b"", good.headers),
    ]
    spots = await tiny.send(*strange, good)
    async with tiny.running_doors():
        assert len(await tiny.effects(1)) == 1
        parked = await tiny.parked(6)
        told = await bus.read(f"{tiny.topic}.parked", lambda read: len(read) >= 6)
    codes = {(row.partition, row.offset): row.code for row in parked}
    names = ["not-an-event"] * 3 + ["unknown-type"] + ["unreadable"] * 2
    assert [codes[spot] for spot in spots[:6]] == [f"fact.{name}" for name in names]
    facts: list[Any] = [base.read(one.headers, one.value).fact for one in told]
    assert {(one.partition, one.offset): one.code for one in facts} == codes
    assert not any(b"not JSON" in one.value for one in told)


async def test_later_facts_of_a_parked_key_wait_and_follow_in_order_when_it_is_put_back(
    tiny: Any, bus: Any, hands: Any
) -> None:
    first = hands.complaint(matter="000000000001")
    others = [hands.complaint(first.complaint_id, f"00000000000{n}") for n in (2, 3)]
    stranger = hands.complaint()

    async def choke(_: Any, batch: Any) -> None:
        if first in batch:
            raise hands.Refused("matter.malformed")

    tiny.script.before = choke
    await tiny.send(hands.raw(first), hands.raw(others[0]), hands.raw(stranger))
    async with tiny.running_doors():
        assert await tiny.effects(1) == [stranger.complaint_id]
        await tiny.parked(2)
        await tiny.send(hands.raw(others[1]))
        assert [row.code for row in await tiny.parked(3)] == ["matter.malformed", *["fact.behind-parked"] * 2]
        await tiny.settle("retry", "matter.malformed")
        await hands.until(lambda: tiny.rows("SELECT id FROM parked WHERE attempts = 2 AND state = 'waiting'"))
        tiny.script.before = None
        await tiny.settle("retry", "matter.malformed")
        await tiny.parked(3, "done")
        told = await tiny.told([first.complaint_id])
    codes = await tiny.rows("SELECT matter_code FROM effect WHERE complaint_id = :id ORDER BY n", id=first.complaint_id)
    assert [row.matter_code for row in codes] == ["000000000001", "000000000002", "000000000003"]
    assert [base.read(one.headers, one.value).sequence for one in told][:1] == [1]


async def test_a_dismissed_message_frees_those_behind_it(tiny: Any, bus: Any, hands: Any) -> None:
    first = hands.complaint(matter="000000000001")
    second = hands.complaint(first.complaint_id, "000000000002")

    async def choke(_: Any, batch: Any) -> None:
        if first in batch:
            raise hands.Refused("matter.malformed")

    tiny.script.before = choke
    await tiny.send(hands.raw(first), hands.raw(second))
    async with tiny.running_doors():
        await tiny.parked(2)
        await tiny.settle("dismissed", "matter.malformed")
        await tiny.effects(1)
    [effect] = await tiny.rows("SELECT matter_code FROM effect")
    assert effect.matter_code == "000000000002"


async def test_a_hundred_parked_in_a_row_stop_the_consumer_and_it_says_so(tiny: Any, bus: Any, hands: Any) -> None:
    await tiny.send(*(hands.Raw(b"%d" % n, b"{}", []) for n in range(120)))
    async with tiny.running_doors() as running:
        assert await hands.happens(running.not_live) == ["consumer.stopped"]
        assert "consumer.stopped" in running.not_ready()
    assert len(await tiny.parked(100)) >= 100


async def test_messages_that_are_no_facts_hold_nobody_up_and_are_put_back(make: Any, bus: Any, hands: Any) -> None:
    known: set[bytes] = {b"good"}

    def parse(message: Any) -> Any:
        if message.value not in known:
            raise hands.Refused("complaint.invalid", fields=["text: missing"])
        return hands.complaint()

    tiny = await make(parse)
    await tiny.send(*(hands.Raw(b"k", said, [("x", b"\xff"), ("y", None)]) for said in (b"bad", b"good")))
    async with tiny.running_doors():
        await tiny.effects(1)
        [parked] = await tiny.parked(1)
        assert (parked.code, parked.fields, parked.key) == ("complaint.invalid", ["text: missing"], None)
        known.add(b"bad")
        await tiny.settle("retry", "complaint.invalid")
        await tiny.effects(2)


async def test_very_many_may_be_put_back_at_once_by_two_instances(make: Any, hands: Any) -> None:
    known: set[bytes] = set()

    def parse(message: Any) -> Any:
        if message.value not in known:
            raise hands.Refused("complaint.invalid")
        return hands.complaint()

    tiny = await make(parse)
    said = [b"%d" % n for n in range(450)]
    await tiny.send(*(hands.Raw(one, one) for one in said))
    async with tiny.running_doors("consumers"), tiny.running_doors("consumers"):
        await tiny.parked(450)
        known.update(said)
        await tiny.settle("retry", "complaint.invalid")
        await tiny.parked(450, "done")
    assert len(await tiny.effects(450)) == 450


async def test_no_batch_is_larger_than_its_consumer_wants(make: Any, hands: Any) -> None:
    facts = [hands.complaint() for _ in range(20)]
    tiny = await make(lambda message: base.read(message.headers, message.value).fact, most=6)
    await tiny.send(*map(hands.raw, facts))
    async with tiny.running_doors("consumers"):
        assert len(await tiny.effects(20)) == 20
    assert max(tiny.script.batches) <= 6


async def test_after_a_full_batch_it_leaves_others_their_turn(make: Any, hands: Any) -> None:
    begun: list[float] = []

    async def be_long(_: Any, __: Any) -> None:
        begun.append(monotonic())
        await asyncio.sleep(LONG_S)

    facts = [hands.complaint() for _ in range(20)]
    tiny = await make(lambda message: base.read(message.headers, message.value).fact, most=4, rest=2.0)
    tiny.script.before = be_long
    await tiny.send(*map(hands.raw, facts))
    async with tiny.running_doors("consumers"):
        assert len(await tiny.effects(20)) == 20
    apart = [later - earlier for earlier, later in pairwise(begun)]
    after_full = [seconds for size, seconds in zip(tiny.script.batches, apart, strict=False) if size == 4]
    assert after_full
    assert min(after_full) >= 3 * LONG_S


async def test_told_to_end_it_finishes_the_batch_at_hand(tiny: Any, bus: Any, hands: Any) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def hold(_: Any, __: Any) -> None:
        begun.set()
        await go_on.wait()

    tiny.script.before = hold
    fact = hands.complaint()
    await tiny.send(hands.raw(fact))
    async with tiny.running_doors() as running:
        await begun.wait()
        running.end()
        go_on.set()
    assert await tiny.effects(1) == [fact.complaint_id]
    tiny.script.before = None
    async with tiny.running_doors():
        last = hands.complaint()
        await tiny.send(hands.raw(last))
        await tiny.effects(2)
    assert tiny.script.batches == [1, 1]
