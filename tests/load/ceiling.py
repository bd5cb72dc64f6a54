"""What this machine could do at best: the same rows and the same messages, written by nothing but the bare drivers."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from time import perf_counter
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from tests.load.bus import Login, Reader, producer

ROWS = 1000
"""Rows of one statement, as many as services take from Kafka at once."""
_REQUEST_BYTES = 900 * 1024
_PREFIX = "ceiling."

_TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        AND relname <> 'alembic_version'
    ORDER BY relname
"""
_COLUMNS = """
    SELECT attname, format_type(atttypid, NULL) AS type, typcategory = 'A' AS listed
    FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
    WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    ORDER BY attnum
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table's rows by columns, and the statement that writes so many at once."""

    name: str
    insert: str
    batches: list[list[list[Any]]]


async def tables(url: str) -> list[Table]:
    """Everything that stands in a database, read into memory."""
    connection = await asyncpg.connect(url)
    try:
        names = [row["relname"] for row in await connection.fetch(_TABLES)]
        found = [await _table(connection, name) for name in names]
    finally:
        await connection.close()
    return [table for table in found if table.batches]


async def _table(connection: asyncpg.Connection, name: str) -> Table:
    columns = await connection.fetch(_COLUMNS, name)
    quoted = [f'"{one["attname"]}"' for one in columns]
    read = (f"{column}::text" if one["listed"] else column for column, one in zip(quoted, columns, strict=True))
    rows = await connection.fetch(f"SELECT {', '.join(read)} FROM {name}")
    return Table(name, _insert(name, quoted, columns), [_by_columns(some) for some in batches(rows, ROWS)])


def _insert(name: str, quoted: Sequence[str], columns: Sequence[Any]) -> str:
    """A column that is an array itself travels as text: arrays of arrays would be taken apart to the last."""
    types = ["text" if one["listed"] else one["type"] for one in columns]
    given = ", ".join(f"${number}::{type_}[]" for number, type_ in enumerate(types, 1))
    cast = (f"{column}::{one['type']}" for column, one in zip(quoted, columns, strict=True))
    names = ", ".join(quoted)
    rows = f"SELECT {', '.join(cast)} FROM unnest({given}) AS _ ({names})"
    return f"INSERT INTO {name} ({names}) OVERRIDING SYSTEM VALUE {rows}"


def _by_columns(rows: Sequence[Any]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


async def insert(url: str, found: Sequence[Table]) -> float:
    """Seconds to write the rows into the empty tables of another database, a transaction per batch."""
    connection = await asyncpg.connect(url)
    try:
        await _empty(connection)
        begun = perf_counter()
        for table in found:
            statement = await connection.prepare(table.insert)
            for batch in table.batches:
                await statement.fetch(*batch)
        return perf_counter() - begun
    finally:
        await connection.close()


async def _empty(connection: asyncpg.Connection) -> None:
    """What migrations wrote would be in the way. A table that may not be emptied is empty."""
    for row in await connection.fetch(_TABLES):
        if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {row['relname']})"):
            await connection.execute(f"DELETE FROM {row['relname']}")


async def messages(reader: Reader) -> dict[TopicPartition, list[Any]]:
    """Everything that stands on the reader's topics, by partition."""
    found: dict[TopicPartition, list[Any]] = defaultdict(list)
    await reader.read(lambda record: found[TopicPartition(record.topic, record.partition)].append(record))
    return found


async def send(login: Login, found: dict[TopicPartition, list[Any]]) -> float:
    """Seconds to send the messages to topics of the same form, in batches as large as may be.

    The clock starts when every partition has taken a message: new ones need a moment.
    """
    await _make_topics(login, found)
    async with producer(login, max_batch_size=_REQUEST_BYTES, linger_ms=0) as made:
        await asyncio.gather(*(made.send_and_wait(_PREFIX + at.topic, b"", partition=at.partition) for at in found))
        begun = perf_counter()
        await asyncio.gather(*(_send(made, at, records) for at, records in found.items()))
        return perf_counter() - begun


async def _make_topics(login: Login, found: Iterable[TopicPartition]) -> None:
    partitions: dict[str, int] = {}
    for at in found:
        partitions[at.topic] = max(partitions.get(at.topic, 0), at.partition + 1)
    admin = AIOKafkaAdminClient(**login.arguments())
    await admin.start()
    try:
        await admin.create_topics([NewTopic(_PREFIX + topic, many, 1) for topic, many in partitions.items()])
    finally:
        await admin.close()


async def _send(made: AIOKafkaProducer, at: TopicPartition, records: list[Any]) -> None:
    waiting, rest = [], iter(records)
    one = next(rest, None)
    while one is not None:
        batch = made.create_batch()
        while one is not None and batch.append(key=one.key, value=one.value, timestamp=None, headers=list(one.headers)):
            one = next(rest, None)
        waiting.append(await made.send_batch(batch, _PREFIX + at.topic, partition=at.partition))
    await asyncio.gather(*waiting)


def batches(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The rows in lists of at most so many."""
    rest = iter(rows)
    while some := list(islice(rest, size)):
        yield some
