"""The topic door on the real Kafka: everything is delivered twice."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from aiokafka.errors import TopicAuthorizationFailedError

from chassis.clock import new_id
from chassis.kafka.hashing import murmur2
from contracts import base, topics
from contracts.complaints import ComplaintRegistered
from contracts.directory import UnitListed
from contracts.tickets import TicketDispatched, TicketLinked, TicketOpened, TicketQueuedForManualDispatch
from contracts.vocabulary import DispatchRule, QueueReason, TicketState
from dispatch.domain import Directory

Complaint = Callable[..., ComplaintRegistered]
COMPLAINTS = "complaints"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def record(fact: base.Fact, at: datetime, sequence: int = 1) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    """The fact as intake's relay sends it; sent again, it is the same record."""
    headers = base.headers("intake", fact.TYPE, new_id(at), at, fact.key, sequence, f"of-{fact.key}", "cause", TRACE)
    return fact.key.encode(), fact.model_dump_json().encode(), headers


async def envelopes(desk: Any, topic: str, key: object, how_many: int) -> list[base.Envelope]:
    """The facts about something on a topic, as soon as there are so many."""

    async def look() -> list[Any]:
        found = await desk.read(topic, key)
        return found if len(found) >= how_many else []

    return [base.read(one.headers, one.value) for one in await desk.until(look)]


async def test_delivered_twice_a_complaint_has_one_ticket_told_once(
    open_desk: Any, complaint: Complaint, now: datetime
) -> None:
    said, last = complaint(), complaint()
    once, again = record(said, now), record(said, now)
    await open_desk.send(COMPLAINTS, [once, once, again])
    await open_desk.send(COMPLAINTS, [once, again, record(last, now)])
    await open_desk.until(lambda: open_desk.ticket(last))
    row = await open_desk.until(lambda: open_desk.ticket(said))
    assert (row.state, row.unit, row.rule, row.directory_version) == ("dispatched", "hrss", "matter-owner", 1)
    opened, dispatched = await envelopes(open_desk, "tickets", row.ticket_id, 2)
    assert isinstance(opened.fact, TicketOpened)
    assert isinstance(dispatched.fact, TicketDispatched)
    assert (opened.sequence, dispatched.sequence) == (1, 2)
    [to_unit] = await envelopes(open_desk, "dispatch.hrss", row.ticket_id, 1)
    assert (to_unit.id, to_unit.fact) == (dispatched.id, dispatched.fact)


async def test_what_is_told_says_what_it_followed_from(open_desk: Any, complaint: Complaint, now: datetime) -> None:
    said = complaint()
    await open_desk.send(COMPLAINTS, [record(said, now)])
    row = await open_desk.until(lambda: open_desk.ticket(said))
    for envelope in await envelopes(open_desk, "tickets", row.ticket_id, 2):
        assert envelope.correlation == f"of-{said.complaint_id}"
        assert envelope.causation is not None
        assert envelope.traceparent is not None
        assert envelope.traceparent[:36] == TRACE[:36]


async def test_each_of_a_batch_finds_its_way(open_desk: Any, complaint: Complaint, now: datetime) -> None:
    owned = complaint(place_code="310230101077")
    centred = complaint(matter_code="000111003001")
    queued = complaint(matter_code=None, place_code=None)
    elsewhere = complaint(place_code="310115101001")
    batch = [record(one, now) for one in (owned, centred, queued, elsewhere)]
    await open_desk.send(COMPLAINTS, batch * 2)
    rows = [await open_desk.until(lambda one=one: open_desk.ticket(one)) for one in (owned, centred, queued, elsewhere)]
    assert [(row.unit, row.rule, row.matched_place, row.queue_reason) for row in rows] == [
        ("hrss", DispatchRule.MATTER_OWNER, "310151000000", None),
        ("town-a", DispatchRule.PLACE_CENTRE, "310151101000", None),
        (None, None, None, QueueReason.NO_MATTER_NO_PLACE),
        (None, None, None, QueueReason.UNKNOWN_PLACE),
    ]
    _, told = await envelopes(open_desk, "tickets", rows[2].ticket_id, 2)
    assert isinstance(told.fact, TicketQueuedForManualDispatch)
    assert (told.fact.reason, rows[2].state) == (QueueReason.NO_MATTER_NO_PLACE, TicketState.QUEUED)


async def test_said_again_it_goes_on_in_the_open_ticket_however_often_it_comes(
    open_desk: Any, complaint: Complaint, now: datetime
) -> None:
    """They come in one batch: those of one partition, however many the topic has."""
    ids = (one.complaint_id for one in iter(complaint, None) if _partition(one.key) == 0)
    first = complaint(complaint_id=next(ids))
    second = complaint(complaint_id=next(ids), repeats=first.complaint_id)
    third = complaint(complaint_id=next(ids), repeats=second.complaint_id)
    batch = [record(one, now) for one in (third, first, second)]
    await open_desk.send(COMPLAINTS, batch * 2)

    async def settled() -> list[Any]:
        rows = [await open_desk.ticket(one) for one in (first, second, third)]
        linked = ["dispatched", "linked", "linked"]
        return rows if all(rows) and sorted(row.state for row in rows) == linked else []

    rows = await open_desk.until(settled)
    [lead] = [row for row in rows if row.state == "dispatched"]
    for row in rows:
        if row is not lead:
            assert await open_desk.until(lambda row=row: links(open_desk, row.ticket_id)) == [lead.ticket_id]


def _partition(key: str) -> int:
    return int(murmur2(key.encode()) & 0x7FFFFFFF) % topics.COMPLAINTS.partitions


async def links(desk: Any, ticket_id: UUID) -> list[UUID]:
    """In which tickets another one goes on, as its unit is told."""
    told = [base.read(one.headers, one.value).fact for one in await desk.read("dispatch.hrss", ticket_id)]
    return [one.to for one in told if isinstance(one, TicketLinked)]


async def test_what_nobody_can_read_is_parked_and_the_rest_goes_on(
    open_desk: Any, complaint: Complaint, now: datetime
) -> None:
    said = complaint()
    key, body, headers = record(complaint(), now)
    poison = [(key, b"{", headers), (None, b"", []), (b"\xff", body, [("ce_type", None), ("x", b"\xff")])]
    await open_desk.send(COMPLAINTS, [*poison, record(said, now)])
    await open_desk.until(lambda: open_desk.ticket(said))

    async def parked() -> bool:
        asked = "SELECT code FROM parked WHERE key IS NULL OR key IN (:key, :other)"
        found = await open_desk.rows(asked, key=key, other=b"\xff")
        return sorted(row.code for row in found) == ["fact.not-an-event", "fact.not-an-event", "fact.unreadable"]

    assert await open_desk.until(parked)


async def test_a_new_directory_holds_from_the_next_batch_on(
    open_desk: Any, complaint: Complaint, directory: Directory, now: datetime
) -> None:
    social = replace(directory.matters["000111001001"], owners={"310151000000": "town-b"})
    version = (await open_desk.import_(replace(directory, matters={**directory.matters, social.code: social}))).version
    said = complaint()
    await open_desk.send(COMPLAINTS, [record(said, now)])
    row = await open_desk.until(lambda: open_desk.ticket(said))
    await open_desk.import_(directory)
    assert (row.unit, row.directory_version) == ("town-b", version)


async def test_the_directory_is_told_entry_by_entry(open_desk: Any, directory: Directory) -> None:
    for one in (replace(directory.units["hrss"], name="样例新局"), directory.units["hrss"]):
        await open_desk.import_(replace(directory, units={**directory.units, "hrss": one}))
    told = [one.fact for one in await envelopes(open_desk, "directory", "unit.hrss", 3)]
    assert [one.name for one in told if isinstance(one, UnitListed)][-2:] == ["样例新局", "样例人社局"]


async def test_a_unit_s_system_reads_its_own_topic_alone(open_desk: Any, complaint: Complaint, now: datetime) -> None:
    said = complaint()
    await open_desk.send(COMPLAINTS, [record(said, now)])
    row = await open_desk.until(lambda: open_desk.ticket(said))
    await envelopes(open_desk, "dispatch.hrss", row.ticket_id, 1)
    hrss = {"sasl_plain_username": "unit.hrss", "sasl_plain_password": "password of unit.hrss"}
    assert len(await open_desk.read("dispatch.hrss", row.ticket_id, **hrss)) == 1
    with pytest.raises(TopicAuthorizationFailedError):
        async with asyncio.timeout(20):
            await open_desk.read("dispatch.town-a", row.ticket_id, **hrss)


async def test_by_hand_it_is_told_to_the_unit_too(open_desk: Any, complaint: Complaint, now: datetime) -> None:
    said = complaint(matter_code=None, place_code=None)
    await open_desk.send(COMPLAINTS, [record(said, now)])
    row = await open_desk.until(lambda: open_desk.ticket(said))
    address, centre = f"/v1/tickets/{row.ticket_id}/dispatch", open_desk.credential("centre")
    for _ in range(2):
        assert (await open_desk.client.post(address, json={"unit": "town-b"}, headers=centre)).status_code == 200
    [told] = await envelopes(open_desk, "dispatch.town-b", row.ticket_id, 1)
    assert isinstance(told.fact, TicketDispatched)
    assert (told.fact.rule, told.fact.by) == (DispatchRule.BY_HAND, "centre")
    assert told.correlation == str(said.complaint_id)
    assert [one.sequence for one in await envelopes(open_desk, "tickets", row.ticket_id, 3)] == [1, 2, 3]
