"""The topic doors on the real Kafka: everything is delivered twice, and nothing harms the rest of its batch."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts.base import read
from contracts.complaints import ComplaintRegistered
from contracts.parking import MessageParked
from contracts.vocabulary import Channel, ReporterKind

Body = Callable[..., bytes]
Spot = tuple[int, int]
Publish = Callable[..., Awaitable[list[Spot]]]
PERSONAL = ("上官种苗", "13912345678", "31023019800303001", "窗口说系统里查不到")


@pytest.fixture
def publish(intake: Any) -> Publish:
    """Sends bodies as the window does; where they stand then."""

    async def send(*bodies: bytes | None, **said: Any) -> list[Spot]:
        async with intake.producer() as producer:
            sent = [await producer.send("channels.window", one, **said) for one in bodies]
            return [(one.partition, one.offset) for one in await asyncio.gather(*sent)]

    return send


@pytest.fixture
def registered(intake: Any) -> Callable[[str], Awaitable[Any]]:
    """The row of a source id, as soon as it is registered."""

    async def row(source_id: str) -> Any:
        return (await intake.rows("SELECT * FROM complaint WHERE source_id = :said", said=source_id) or [None])[0]

    return lambda source_id: intake.until(lambda: row(source_id))


@pytest.fixture
def parked(intake: Any) -> Callable[[Sequence[Spot]], Awaitable[list[Any]]]:
    """The parked rows of these spots, as soon as all of them are parked."""

    async def rows(spots: Sequence[Spot]) -> list[Any]:
        found = await intake.rows("SELECT * FROM parked WHERE topic = 'channels.window'")
        ours = {(row.partition, row.offset): row for row in found}
        return [ours[spot] for spot in spots] if ours.keys() >= set(spots) else []

    return lambda spots: intake.until(lambda: rows(spots))


async def test_delivered_twice_a_complaint_is_registered_and_told_once(
    publish: Publish, registered: Any, body: Body, unique: str, intake: Any
) -> None:
    await publish(body(source_id=unique), body(source_id=unique))
    row = await registered(unique)
    await publish(body(source_id=unique), body(source_id=unique + "-last"))
    await registered(unique + "-last")
    assert await intake.count("complaint WHERE source_id = :said", said=unique) == 1
    [record] = await intake.until(lambda: intake.told("complaints", str(row.complaint_id)))
    envelope = read(record.headers, record.value)
    assert envelope.sequence == 1
    assert envelope.fact == ComplaintRegistered(
        complaint_id=row.complaint_id,
        channel=Channel.WINDOW,
        reporter_kind=ReporterKind.CITIZEN,
        submitted_at=row.submitted_at,
        registered_at=row.registered_at.replace(microsecond=row.registered_at.microsecond // 1000 * 1000),
        matter_code="310151000123",
        place_code="310151101001",
    )
    assert not any(said in record.value.decode() for said in PERSONAL)


async def test_both_doors_know_the_same_complaint(
    publish: Publish, registered: Any, body: Body, unique: str, intake: Any
) -> None:
    await publish(body(source_id=unique))
    row = await registered(unique)
    headers = {"content-type": "application/json"} | intake.credential("channel.window")
    answer = await intake.client.post("/v1/complaints", content=body(source_id=unique), headers=headers)
    assert (answer.status_code, answer.json()["complaint_id"]) == (200, str(row.complaint_id))
    asked = {"source_id": unique}
    receipts = await intake.client.get("/v1/receipts", params=asked, headers=intake.credential("channel.window"))
    assert receipts.json() == [answer.json()]


async def test_each_hostile_body_is_parked_by_name_and_the_rest_is_registered(
    publish: Publish, registered: Any, parked: Any, body: Body, hostile_bodies: Any, unique: str, intake: Any
) -> None:
    good = [body(source_id=f"{unique}-{place}") for place in range(len(hostile_bodies))]
    mixed = [one for pair in zip((hostile.body for hostile in hostile_bodies), good, strict=True) for one in pair]
    spots = await publish(*mixed)
    rows = await parked(spots[::2])
    for hostile, row in zip(hostile_bodies, rows, strict=True):
        assert (hostile.name, row.code, row.state) == (hostile.name, hostile.code, "waiting")
    for place in range(len(good)):
        await registered(f"{unique}-{place}")
    facts = await intake.until(lambda: intake.told("channels.window.parked", str(rows[0].id)))
    assert isinstance(read(facts[0].headers, facts[0].value).fact, MessageParked)


async def test_a_tombstone_is_parked(publish: Publish, parked: Any) -> None:
    [row] = await parked(await publish(None, key=b"W-1"))
    assert row.code == "complaint.not-json"


async def test_headers_that_nobody_can_read_do_no_harm(
    publish: Publish, registered: Any, body: Body, unique: str
) -> None:
    headers = [("traceparent", None), ("name", "上官".encode("gb18030")), ("", b"\xff\x00")]
    await publish(body(source_id=unique), headers=headers, key=b"\xff")
    assert await registered(unique)


async def test_another_body_under_a_known_source_id_is_parked(
    publish: Publish, registered: Any, parked: Any, body: Body, unique: str
) -> None:
    spots = await publish(
        body(source_id=unique), body(source_id=unique, text="另一件事"), body(source_id=unique + "-last"), partition=0
    )
    [row] = await parked(spots[1:2])
    assert row.code == "complaint.different-body"
    await registered(unique)
    await registered(unique + "-last")


async def test_put_back_once_its_time_has_come_it_is_registered(
    publish: Publish, registered: Any, parked: Any, body: Body, unique: str, intake: Any
) -> None:
    answer = await intake.client.post(
        "/v1/complaints",
        content=body(source_id=unique + "-now"),
        headers={"content-type": "application/json"} | intake.credential("channel.kiosk"),
    )
    soon = datetime.fromisoformat(answer.json()["registered_at"]) + timedelta(minutes=5, seconds=4)
    spots = await publish(body(source_id=unique, submitted_at=soon.isoformat()))
    [row] = await parked(spots)
    assert row.code == "complaint.time-in-future"

    async def put_back() -> bool:
        put = "UPDATE parked SET state = 'retry' WHERE id = :id AND state = 'waiting'"
        await intake.execute(put, id=row.id)
        return bool(await intake.count("parked WHERE id = :id AND state = 'done'", id=row.id))

    await intake.until(put_back)
    assert (await registered(unique)).channel == "window"


async def test_nothing_personal_is_parked_told_or_logged_in_the_open(
    publish: Publish, parked: Any, body: Body, unique: str, intake: Any
) -> None:
    broken = json.loads(body(source_id=unique)) | {"上官种苗": "13912345678"}
    [row] = await parked(await publish(json.dumps(broken, ensure_ascii=False).encode(), key=b"13912345678"))
    [fact] = await intake.until(lambda: intake.told("channels.window.parked", str(row.id)))
    metrics = (await intake.client.get("/metrics")).text
    tables = [await intake.dumped(table) for table in ("complaint", "log", "parked", "audit", "idempotency", "inbox")]
    for written in (fact.value.decode(), str(fact.headers), metrics, intake.logged(), *tables):
        assert not any(said in written or said.encode().hex() in written for said in PERSONAL)
