"""The log read by what it is about: one thing's facts in order, however large the log is."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis import log
from chassis.db import rows
from chassis.tables import log_partition

_FILL = """
    INSERT INTO log (position, id, topic, key, sequence, type, told_at, correlation, body)
    SELECT m % 8 / 2 * 10000000 + n + 1, gen_random_uuid(), (ARRAY['tickets', 'dispatch.hrss'])[n % 2 + 1],
        md5((m / 8)::text), m % 8 + 1, 'a.fact.v1', now(), '-', '{}'
    FROM generate_series(0, 239999) AS n, LATERAL (SELECT n / 2 AS m) AS of_both
"""
"""15,000 keys of two topics, eight facts each, over four partitions; two of these are later than the index."""
_LOOKED_AT = """
    SELECT sum(seq_scan) AS scans, sum(idx_tup_fetch) AS fetched FROM pg_stat_xact_user_tables
    WHERE relid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'log'::regclass)
"""


async def read(tiny: Any, key: UUID, after: int = 0, **most: int) -> tuple[list[int], int]:
    """The numbers of the facts that are found, and of the newest."""
    async with tiny.database.transaction() as session:
        found = await log.facts_after(session, "tickets", str(key), after, **most)
    return [row.sequence for row in found.facts], found.last


async def told(tiny: Any, hands: Any, key: UUID, how_many: int) -> None:
    """Facts about a thing were told, others of other things between them."""
    for _ in range(how_many):
        await tiny.tell(hands.waits(key), hands.waits(hands.complaint().complaint_id))


async def test_a_things_facts_are_read_in_order_from_any_number_on(tiny: Any, hands: Any) -> None:
    key = hands.complaint().complaint_id
    await told(tiny, hands, key, 5)
    assert await read(tiny, key) == ([1, 2, 3, 4, 5], 5)
    assert await read(tiny, key, 3) == ([4, 5], 5)
    assert await read(tiny, key, 1, most=2) == ([2, 3], 5)
    assert await read(tiny, key, 5) == ([], 5)
    assert await read(tiny, hands.complaint().complaint_id) == ([], 0)


async def test_bodies_end_a_page_where_there_are_too_many_bytes(tiny: Any, hands: Any) -> None:
    key = hands.complaint().complaint_id
    await told(tiny, hands, key, 4)
    half = log.LARGEST // 2
    await tiny.rows("UPDATE log SET body = decode(repeat('20', :bytes), 'hex') WHERE sequence > 1", bytes=half)
    assert await read(tiny, key) == ([1, 2, 3], 4)
    assert await read(tiny, key, 3) == ([4], 4)


async def test_one_things_facts_are_found_by_index_in_every_partition(tiny: Any) -> None:
    for sql in (log_partition(2), log_partition(3), _FILL):
        await tiny.rows(sql)
    await tiny.rows("INSERT INTO log_key SELECT 'tickets', md5('77'), 8")
    async with tiny.database.transaction() as session:
        (key,) = await rows(session, "SELECT md5('77') AS key")
        found = await log.facts_after(session, "tickets", key.key, 3)
        (looked_at,) = await rows(session, _LOOKED_AT)
    assert numbers(found.facts) == [4, 5, 6, 7, 8]
    assert (looked_at.scans, looked_at.fetched) == (0, 10)


def numbers(facts: Sequence[Any]) -> list[int]:
    """Which facts they are."""
    return [row.sequence for row in facts]
