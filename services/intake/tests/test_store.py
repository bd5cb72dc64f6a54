"""Intake's tables on the real PostgreSQL."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from asyncpg import PostgresError

from chassis import db
from chassis.clock import new_id
from chassis.db import Database
from contracts.vocabulary import TextKind
from intake import store
from intake.domain import Entry, Part, SealedText

Complaint = Callable[..., Entry]


@pytest.fixture
def complaint(now: datetime) -> Complaint:
    """An entry of the window, with changes."""

    def entry(source_id: str, **changes: object) -> Entry:
        right = Entry(
            complaint_id=new_id(now),
            channel="window",
            source_id=source_id,
            registered_at=now,
            receipt="20261125-7K3M-9QXZA",
            fingerprint=source_id.encode(),
            submitted_at=now,
            reporter_kind="citizen",
            matter_code=None,
            place_code="310151101001",
            secret_hash=b"h" * 32,
            wrapped_key=b"k",
            raw=b"r",
            content=b"c",
        )
        return replace(right, **changes)  # type: ignore[arg-type]

    return entry


async def test_entries_are_added_once(database: Database, complaint: Complaint, unique: str) -> None:
    entry, again = complaint(unique), complaint(unique)
    async with database.transaction() as session:
        assert await store.complaints.add(session, [entry, again]) in ({entry.complaint_id}, {again.complaint_id})
        assert await store.complaints.add(session, [complaint(unique)]) == set()


async def test_known_ones_are_found_by_channel_and_source_id(
    database: Database, complaint: Complaint, unique: str
) -> None:
    window, kiosk = complaint(unique), complaint(unique, channel="kiosk")
    async with database.transaction() as session:
        await store.complaints.add(session, [window, kiosk])
        found = await store.complaints.known(session, [window.at, ("city-exit", unique), ("window", "unknown")])
        assert {at: one.complaint_id for at, one in found.items()} == {window.at: window.complaint_id}
        assert await store.complaints.known(session, []) == {}


async def test_two_transactions_with_the_same_entries_wait_for_each_other(
    database: Database, complaint: Complaint, unique: str
) -> None:
    names = [f"{unique}-{place}" for place in range(50)]

    async def add(order: list[str]) -> int:
        async with database.transaction() as session:
            return len(await store.complaints.add(session, map(complaint, order)))

    added = await asyncio.gather(*(add(order) for order in (names, names[::-1], names[25:] + names[:25])))
    assert sorted(added) == [0, 0, 50]


async def test_a_complaint_is_fetched_closed(database: Database, complaint: Complaint, unique: str) -> None:
    entry = complaint(unique, content=b"sealed")
    async with database.transaction() as session:
        await store.complaints.add(session, [entry])
        found = await store.complaints.sealed(session, entry.complaint_id)
        assert found is not None
        assert (found.channel, found.content, found.registered_at) == ("window", b"sealed", entry.registered_at)
        assert await store.complaints.sealed(session, UUID(int=7)) is None


@pytest.mark.parametrize(
    "statement", ["UPDATE complaint SET channel = 'kiosk'", "DELETE FROM complaint", "TRUNCATE complaint"]
)
async def test_nothing_is_changed_or_deleted(
    statement: str, database: Database, complaint: Complaint, unique: str
) -> None:
    async with database.transaction() as session:
        await store.complaints.add(session, [complaint(unique)])
    with pytest.raises(PostgresError, match="never changed"):
        async with database.transaction() as session:
            await db.rows(session, statement)


@pytest.mark.parametrize("size", [1, 500])
async def test_known_ones_are_looked_up_by_index_also_in_an_empty_table(size: int, database: Database) -> None:
    async with database.transaction() as session:
        await db.rows(session, "SET LOCAL plan_cache_mode = force_generic_plan")
        asked = {"channel": ["window"] * size, "source_id": ["x"] * size}
        plan = [row[0] for row in await db.rows(session, "EXPLAIN " + store.complaints._KNOWN, **asked)]
    assert any("Index Scan using complaint_once" in line for line in plan)
    assert not any("Seq Scan" in line for line in plan)


@pytest.fixture
def text(now: datetime) -> Callable[..., SealedText]:
    """A text of the centre, with changes."""

    def entry(**changes: object) -> SealedText:
        right = SealedText(
            text_id=new_id(now),
            complaint_id=UUID(int=7),
            kind=TextKind.NOTE,
            author="centre",
            written_at=now,
            claim=None,
            content=b"sealed",
        )
        return replace(right, **changes)  # type: ignore[arg-type]

    return entry


async def test_a_text_is_added_once_for_its_claim(
    database: Database, text: Callable[..., SealedText], unique: str
) -> None:
    claim = unique.encode()
    first, again, free = text(claim=claim), text(claim=claim), text()
    async with database.transaction() as session:
        assert await store.texts.add(session, [first, again, free]) == {first.text_id, free.text_id}
        assert await store.texts.add(session, [text(claim=claim)]) == set()
        found = await store.texts.claimed(session, [claim, b"unknown"])
    assert {said: one.text_id for said, one in found.items()} == {claim: first.text_id}


@pytest.mark.parametrize(
    "statement", ["UPDATE complaint_text SET kind = 'note'", "DELETE FROM complaint_text", "TRUNCATE complaint_text"]
)
async def test_no_text_is_changed_or_deleted(
    statement: str, database: Database, text: Callable[..., SealedText]
) -> None:
    async with database.transaction() as session:
        await store.texts.add(session, [text()])
    with pytest.raises(PostgresError, match="never changed"):
        async with database.transaction() as session:
            await db.rows(session, statement)


@pytest.mark.parametrize("size", [1, 500])
async def test_keys_are_looked_up_by_index(size: int, database: Database) -> None:
    async with database.transaction() as session:
        plan = [
            row[0]
            for row in await db.rows(session, "EXPLAIN " + store.complaints._KEYS, complaint_id=[UUID(int=7)] * size)
        ]
    assert any("Index Scan using complaint_pkey" in line for line in plan)


async def test_parts_are_written_again_as_they_are_now(database: Database, now: datetime, unique: str) -> None:
    mine, unit = new_id(now), f"u-{unique.lower()}"
    part = Part(mine, unit, now)
    async with database.transaction() as session:
        await store.participants.save(session, [part, Part(mine, "another", now)])
        asked = {(mine, unit), (mine, "stranger"), (UUID(int=7), unit)}
        assert await store.participants.taking_part(session, asked) == {(mine, unit)}
        ended = replace(part, until=now + timedelta(minutes=1))
        await store.participants.save(session, [ended])
        assert await store.participants.taking_part(session, asked) == set()
        held = await store.participants.of_complaints(session, [mine, UUID(int=7)])
    assert set(held) == {ended, Part(mine, "another", now)}


@pytest.mark.parametrize("size", [1, 500])
async def test_parts_are_looked_up_by_index(size: int, database: Database) -> None:
    asked = {"complaint_id": [UUID(int=7)] * size, "unit": ["hrss"] * size}
    for statement in (store.participants._OF_COMPLAINTS, store.participants._TAKING_PART):
        async with database.transaction() as session:
            named = {name: said for name, said in asked.items() if f":{name}" in statement}
            plan = [row[0] for row in await db.rows(session, "EXPLAIN " + statement, **named)]
        assert any("participant_pkey" in line for line in plan)
        assert not any(f"Seq Scan on {table}" in line for line in plan for table in ("participant", "linked"))
