"""Messages that could not be taken, in the consumer's own table with their reason, until put back or dismissed."""

import base64
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from chassis.consumer import Consumer, Message
from chassis.db import Session, rows
from chassis.vault import Vault, about
from contracts.parking import MessageParked

BEHIND = "fact.behind-parked"
_WHAT = "parked"
_AT_ONCE = 200

_INSERT = """
    INSERT INTO parked
        (id, consumer, fact_id, topic, partition, "offset", sent_at_ms, key, personal, message, code, fields, parked_at)
    SELECT id, :consumer, fact_id, topic, partition, "offset", sent_at_ms, key, :personal, message, code,
        string_to_array(fields, E'\\n'), :now
    FROM unnest(
        CAST(:id AS uuid[]), CAST(:fact_id AS uuid[]), CAST(:topic AS text[]), CAST(:partition AS integer[]),
        CAST(:offset AS bigint[]), CAST(:sent_at_ms AS bigint[]), CAST(:key AS bytea[]), CAST(:message AS bytea[]),
        CAST(:code AS text[]), CAST(:fields AS text[])
    ) WITH ORDINALITY AS new (id, fact_id, topic, partition, "offset", sent_at_ms, key, message, code, fields, nth)
    ORDER BY nth
    ON CONFLICT (consumer, topic, partition, "offset", sent_at_ms) DO NOTHING
    RETURNING id
"""

_BLOCKED = """
    SELECT asked.topic, asked.key
    FROM unnest(CAST(:topics AS text[]), CAST(:keys AS bytea[])) AS asked (topic, key)
    CROSS JOIN LATERAL (
        SELECT FROM parked
        WHERE consumer = :consumer AND parked.topic = asked.topic AND parked.key = asked.key
            AND state IN ('waiting', 'retry')
        LIMIT 1
    ) AS open
    WHERE EXISTS (SELECT FROM parked WHERE consumer = :consumer AND state IN ('waiting', 'retry'))
"""
"""One look when nothing is parked, and else one for each key."""

_RUNNABLE = """
    SELECT id FROM (
        SELECT DISTINCT ON (topic, key) id, n, state, code FROM parked
        WHERE consumer = :consumer AND state IN ('waiting', 'retry') AND key IS NOT NULL
        ORDER BY topic, key, n
    ) AS head
    WHERE state = 'retry' OR code = 'fact.behind-parked'
    UNION ALL
    SELECT id FROM parked WHERE consumer = :consumer AND state = 'retry' AND key IS NULL
    LIMIT :most
"""
"""Of each key the first alone: `n` is the database's own order of parking, whatever clocks say."""

_HOLD = """
    SELECT id, topic, partition, "offset", sent_at_ms, key, personal, message FROM parked
    WHERE id = :id AND (state = 'retry' OR (state = 'waiting' AND code = 'fact.behind-parked'))
    FOR UPDATE SKIP LOCKED
"""

_SETTLED = """
    SELECT topic, partition, "offset", sent_at_ms FROM parked
    JOIN unnest(
        CAST(:topic AS text[]), CAST(:partition AS integer[]), CAST(:offset AS bigint[]), CAST(:sent_at_ms AS bigint[])
    ) AS asked (topic, partition, "offset", sent_at_ms) USING (topic, partition, "offset", sent_at_ms)
    WHERE consumer = :consumer AND state IN ('done', 'dismissed')
"""

_DONE = "UPDATE parked SET state = 'done', settled_at = :now WHERE id = ANY (CAST(:ids AS uuid[]))"
_AGAIN = """
    UPDATE parked SET state = 'waiting', attempts = attempts + 1, code = :code, fields = CAST(:fields AS text[])
    WHERE id = :id AND state IN ('waiting', 'retry')
"""
_WAITING = "SELECT count(*) AS waiting FROM parked WHERE state IN ('waiting', 'retry')"


@dataclass(frozen=True, slots=True)
class Parked:
    """A message and why it is set aside."""

    message: Message
    code: str
    fields: tuple[str, ...] = ()
    fact_id: UUID | None = None


class Place(NamedTuple):
    """Where a message stood; its time too, for a topic that was wiped counts from 0 again."""

    topic: str
    partition: int
    offset: int
    sent_at_ms: int


def place(message: Message) -> Place:
    """Where the message stood."""
    return Place(message.topic, message.partition, message.offset, message.sent_at_ms)


class Parking:
    """One consumer's parked messages. The vault seals those of personal topics, and their keys with them."""

    def __init__(self, consumer: Consumer, vault: Vault | None) -> None:
        if consumer.personal and vault is None:
            raise ValueError(f"the consumer {consumer.name} parks personal data: the service needs a vault")
        self._consumer = consumer
        self._vault = vault

    async def park(
        self, session: Session, parked: Sequence[Parked], now: datetime, new_id: Callable[[], UUID]
    ) -> tuple[list[MessageParked], set[Place]]:
        """Set messages aside; the facts about those that were not yet, and where the settled ones of them stood."""
        if not parked:
            return [], set()
        new = {new_id(): one for one in parked}
        columns = _columns([self._row(id_, one) for id_, one in new.items()])
        personal = self._consumer.personal
        added = await rows(session, _INSERT, consumer=self._consumer.name, personal=personal, now=now, **columns)
        settled = await self._settled(session, columns) if len(added) < len(parked) else set()
        return [self._fact(row.id, new[row.id], now) for row in added], settled

    async def _settled(self, session: Session, columns: dict[str, list[Any]]) -> set[Place]:
        spots = {name: columns[name] for name in ("topic", "partition", "offset", "sent_at_ms")}
        return {Place(*tuple(row)) for row in await rows(session, _SETTLED, consumer=self._consumer.name, **spots)}

    def _row(self, id_: UUID, one: Parked) -> dict[str, Any]:
        message = one.message
        return {
            "id": id_,
            "fact_id": one.fact_id,
            "topic": message.topic,
            "partition": message.partition,
            "offset": message.offset,
            "sent_at_ms": message.sent_at_ms,
            "key": message.key if self._consumer.ordered else None,
            "message": self._sealed(id_, _packed(message)),
            "code": one.code,
            "fields": "\n".join(one.fields),
        }

    def _sealed(self, id_: UUID, packed: bytes) -> bytes:
        if self._vault is None or not self._consumer.personal:
            return packed
        return self._vault.seal_parcel(packed, about(id_, _WHAT))

    def _fact(self, id_: UUID, one: Parked, now: datetime) -> MessageParked:
        message = one.message
        return MessageParked(
            parked_id=id_,
            consumer=self._consumer.name,
            topic=message.topic,
            partition=message.partition,
            offset=message.offset,
            code=one.code,
            parked_at=now,
            fields=one.fields,
        )

    async def blocked(self, session: Session, messages: Collection[Message]) -> set[tuple[str, bytes]]:
        """The topics and keys among those of the messages that wait behind a parked one."""
        asked = {(one.topic, one.key) for one in messages if one.key is not None} if self._consumer.ordered else set()
        if not asked:
            return set()
        topics, keys = map(list, zip(*asked, strict=True))
        found = await rows(session, _BLOCKED, consumer=self._consumer.name, topics=topics, keys=keys)
        return {(row.topic, row.key) for row in found}

    async def runnable(self, session: Session) -> list[UUID]:
        """The ids of messages that are to be tried again and wait behind nothing; not of all of them."""
        return [row.id for row in await rows(session, _RUNNABLE, consumer=self._consumer.name, most=_AT_ONCE)]

    async def hold(self, session: Session, id_: UUID) -> Any | None:
        """The row of such a message until the transaction ends; None while another instance has it, or afterwards."""
        found = await rows(session, _HOLD, id=id_)
        return found[0] if found else None

    def message(self, row: Any) -> Message:
        """The message of a row. Raises NotOpened when it is sealed by a key that is not at hand."""
        packed = row.message
        if row.personal and self._vault is not None:
            packed = self._vault.open_parcel(packed, about(row.id, _WHAT))
        key, headers, value = _unpacked(packed)
        return Message(row.topic, row.partition, row.offset, row.sent_at_ms, key, headers, value)


async def done(session: Session, ids: Sequence[UUID], now: datetime) -> None:
    """What was parked has had its effect."""
    await rows(session, _DONE, ids=list(ids), now=now)


async def failed_again(session: Session, id_: UUID, code: str, fields: Sequence[str]) -> None:
    """It was tried, and still cannot be taken."""
    await rows(session, _AGAIN, id=id_, code=code, fields=list(fields))


async def waiting(session: Session) -> int:
    """How many messages of the service wait for an operator or to be tried again."""
    (row,) = await rows(session, _WAITING)
    return int(row.waiting)


def _columns(table: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in table] for name in table[0]}


def _packed(message: Message) -> bytes:
    return orjson.dumps(
        {
            "key": _base64(message.key),
            "headers": [
                [_base64(name.encode("utf-8", "surrogatepass")), _base64(said)] for name, said in message.headers
            ],
            "value": _base64(message.value),
        }
    )


def _unpacked(packed: bytes) -> tuple[bytes | None, tuple[tuple[str, bytes | None], ...], bytes | None]:
    said = orjson.loads(packed)
    headers = tuple((_text(name), _bytes(value)) for name, value in said["headers"])
    return _bytes(said["key"]), headers, _bytes(said["value"])


def _base64(said: bytes | None) -> str | None:
    return None if said is None else base64.b64encode(said).decode()


def _bytes(written: str | None) -> bytes | None:
    return None if written is None else base64.b64decode(written)


def _text(written: str) -> str:
    return base64.b64decode(written).decode("utf-8", "surrogatepass")
