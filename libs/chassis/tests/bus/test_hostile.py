"""What senders may write that libraries stumble over, and what operators find afterwards."""

import base64
import os
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from aiokafka.record.memory_records import MemoryRecords

from chassis.kafka.tolerant import TolerantRecords


class Odd(str):
    """A header's name that is not UTF-8 on the wire."""

    __slots__ = ()

    def encode(self, *_: Any) -> bytes:
        return b"\xc3\xfb\xd7\xd6\xff"


def batch(*records: Any) -> bytes:
    """A batch of records as it is sent, whatever their headers are called."""
    build = {"is_transactional": False, "producer_id": -1, "producer_epoch": -1, "base_sequence": -1}
    builder = _DefaultRecordBatchBuilderPy(magic=2, compression_type=0, batch_size=10**6, **build)
    for offset, one in enumerate(records):
        builder.append(offset, timestamp=1, key=one.key, value=one.value, headers=one.headers)
    return bytes(builder.build())


async def send_as_it_is(bus: Any, topic: str, written: bytes) -> None:
    producer = AIOKafkaProducer(**bus.login)
    await producer.start()
    try:
        await producer.partitions_for(topic)
        leader = producer.client.cluster.leader_for_partition(TopicPartition(topic, 0))
        request = ProduceRequest(
            transactional_id=None, required_acks=-1, timeout=5000, topics=[(topic, [(0, written)])]
        )
        await producer.client.send(leader, request)
    finally:
        await producer.stop()


async def test_a_header_whose_name_is_not_utf_8_holds_nobody_up(tiny: Any, bus: Any, hands: Any) -> None:
    before, odd, after = (hands.raw(hands.complaint()) for _ in range(3))
    strange = hands.Raw(b"odd", b"{}", [(Odd("name"), b"x")])
    named = hands.Raw(odd.key, odd.value, [*odd.headers, (Odd("name"), None)])
    await send_as_it_is(bus, tiny.topic, batch(before, strange, named, after))
    async with tiny.running_doors():
        assert len(await tiny.effects(3)) == 3
        [parked] = await tiny.parked(1)
        assert (parked.key, parked.code) == (b"odd", "fact.not-an-event")
        await tiny.settle("retry", "fact.not-an-event")
        await hands.until(lambda: tiny.rows("SELECT id FROM parked WHERE attempts = 2 AND state = 'waiting'"))


async def test_what_the_patient_reader_reads_is_what_the_fast_one_reads(hands: Any) -> None:
    written = [hands.raw(hands.complaint()) for _ in range(20)]
    fast = list(MemoryRecords(batch(*written)).next_batch())
    patient = TolerantRecords(batch(hands.Raw(b"k", b"v", [(Odd("name"), b"x")]), *written))
    odd, *read = list(patient.next_batch())
    assert not patient.has_next()
    assert odd.headers == [("\udcc3\udcfb\udcd7\udcd6\udcff", b"x")]
    assert [(r.key, r.value, r.headers, r.timestamp) for r in read] == [
        (r.key, r.value, r.headers, r.timestamp) for r in fast
    ]


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_senders_may_compress(codec: str, tiny: Any, hands: Any) -> None:
    await tiny.send(*(hands.raw(hands.complaint()) for _ in range(30)), compression_type=codec)
    async with tiny.running_doors("consumers"):
        assert len(await tiny.effects(30)) == 30


async def test_a_reader_s_bug_is_parked_and_the_rest_goes_on(make: Any, hands: Any) -> None:
    def parse(message: Any) -> Any:
        return {b"good": hands.complaint()}[message.value]

    tiny = await make(parse)
    await tiny.send(hands.Raw(None, b"bad"), hands.Raw(None, b"good"))
    async with tiny.running_doors("consumers"):
        await tiny.effects(1)
        [parked] = await tiny.parked(1)
    assert (parked.code, parked.fields) == ("fact.fault", ["KeyError"])


async def test_once_dismissed_they_do_not_stop_the_consumer_again(tiny: Any, hands: Any) -> None:
    fact = hands.complaint()
    await tiny.send(*(hands.Raw(b"k", b"%d" % n) for n in range(120)))
    for _ in range(2):
        async with tiny.running_doors("consumers") as running:
            await hands.happens(running.not_live)
    await tiny.settle("dismissed", "fact.not-an-event")
    await tiny.send(hands.raw(fact))
    async with tiny.running_doors("consumers") as running:
        assert await tiny.effects(1) == [fact.complaint_id]
        assert not running.not_live()


async def test_personal_messages_are_sealed_and_wait_while_their_key_is_away(make: Any, hands: Any) -> None:
    known: set[bytes] = set()

    def parse(message: Any) -> Any:
        if message.value not in known:
            raise hands.Refused("complaint.invalid")
        return hands.complaint()

    keys = {name: base64.b64encode(os.urandom(32)).decode() for name in ("old", "new")}
    vault = {"vault_keys": {"old": keys["old"]}, "vault_key": "old", "blind_key": keys["old"]}
    tiny = await make(parse, personal=True, **vault)
    said = "上官种苗 13912345678".encode()
    await tiny.send(hands.Raw(said, said, [("x", said)]))
    async with tiny.running_doors("consumers"):
        [parked] = await tiny.parked(1)
        assert parked.key is None
        assert said not in parked.message
    known.add(said)
    tiny.lock(vault_keys={"new": keys["new"]}, vault_key="new")
    await tiny.settle("retry", "complaint.invalid")
    async with tiny.running_doors("consumers") as running:
        [again] = await hands.until(lambda: tiny.rows("SELECT * FROM parked WHERE attempts = 2 AND state = 'waiting'"))
        assert (again.code, again.fields) == ("fact.fault", ["NotOpened"])
        assert not running.not_live()
    tiny.lock(vault_keys=keys)
    await tiny.settle("retry", "fact.fault")
    async with tiny.running_doors("consumers"):
        await tiny.effects(1)
