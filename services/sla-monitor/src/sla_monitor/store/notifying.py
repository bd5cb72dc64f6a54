"""What people are to be told, and the messages that tell it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple, cast
from uuid import UUID

from chassis.db import Row, Session, rows
from contracts.vocabulary import ClockKind, Light
from sla_monitor.domain import Change, Digest, Fate, Lit, Parcel, RecipientKind

_NOTE = """
    INSERT INTO notification AS known (
        recipient_id, ticket_id, kind, ref, light, effective_at, unit, noticed_at
    )
    SELECT recipient.recipient_id, new.ticket_id, new.kind, new.ref, new.light, new.effective_at, new.unit, :now
    FROM recipient
    JOIN unnest(
        CAST(:ticket_id AS uuid[]), CAST(:kind AS text[]), CAST(:ref AS text[]), CAST(:unit AS text[]),
        CAST(:light AS text[]), CAST(:effective_at AS timestamptz[])
    ) AS new (ticket_id, kind, ref, unit, light, effective_at)
    ON new.light = ANY (recipient.lights) AND (recipient.unit IS NULL OR recipient.unit = new.unit)
    WHERE recipient.removed_at IS NULL
    ORDER BY recipient.recipient_id, new.ticket_id, new.kind, new.ref
    ON CONFLICT (recipient_id, ticket_id, kind, ref, light, effective_at) DO UPDATE SET
        unit = excluded.unit, noticed_at = excluded.noticed_at, left_out_at = NULL
    WHERE known.message_id IS NULL
"""
"""Once for each recipient; what was left out as no longer true, and is true again, waits again."""
_ANYBODY = "SELECT FROM recipient WHERE removed_at IS NULL LIMIT 1"
_SILENCED = "SELECT unit FROM silence WHERE ended_at IS NULL AND until > :now AND since <= :now"
_READY = """
    SELECT recipient_id, kind, unit FROM recipient
    WHERE removed_at IS NULL AND (told_at IS NULL OR told_at <= :before)
        AND NOT EXISTS (
            SELECT FROM message
            WHERE message.recipient_id = recipient.recipient_id AND message.state IN ('waiting', 'refused')
        )
        AND EXISTS (
            SELECT FROM notification AS waiting
            WHERE waiting.recipient_id = recipient.recipient_id
                AND waiting.message_id IS NULL AND waiting.left_out_at IS NULL
                AND coalesce(waiting.unit, '') <> ALL (CAST(:silenced AS text[]))
        )
    ORDER BY told_at NULLS FIRST, recipient_id LIMIT :most
    FOR UPDATE
"""
_GATHER = """
    WITH looked AS MATERIALIZED (
        SELECT asked.message_id, waiting.recipient_id, waiting.ticket_id, waiting.kind, waiting.ref, waiting.light,
            waiting.effective_at, clock.unit, clock.due_at,
            clock.verdict IS NULL AND clock.light = waiting.light AND coalesce(clock.next_at >= :now, true)
                AND clock.light = ANY (recipient.lights)
                AND (recipient.unit IS NULL OR clock.unit IS NOT DISTINCT FROM recipient.unit) AS holds
        FROM unnest(CAST(:recipient_id AS uuid[]), CAST(:message_id AS uuid[])) AS asked (recipient_id, message_id)
        JOIN recipient USING (recipient_id)
        CROSS JOIN LATERAL (
            SELECT * FROM notification AS any_of
            WHERE any_of.recipient_id = asked.recipient_id AND any_of.message_id IS NULL
                AND any_of.left_out_at IS NULL AND coalesce(any_of.unit, '') <> ALL (CAST(:silenced AS text[]))
            LIMIT :most
        ) AS waiting
        JOIN clock ON clock.ticket_id = waiting.ticket_id AND clock.kind = waiting.kind AND clock.ref = waiting.ref
    ),
    settled AS (
        UPDATE notification SET
            message_id = CASE WHEN looked.holds THEN looked.message_id END,
            left_out_at = CASE WHEN NOT looked.holds THEN CAST(:now AS timestamptz) END
        FROM looked
        WHERE notification.recipient_id = looked.recipient_id AND notification.ticket_id = looked.ticket_id
            AND notification.kind = looked.kind AND notification.ref = looked.ref
            AND notification.light = looked.light AND notification.effective_at = looked.effective_at
    ),
    counted AS (
        SELECT *,
            count(*) OVER (PARTITION BY message_id, kind, light) AS alike,
            row_number() OVER (PARTITION BY message_id, kind, light) AS nth,
            bool_and(light = 'yellow') OVER of_ticket AS early,
            min(effective_at) OVER of_ticket AS since
        FROM looked WHERE holds
        WINDOW of_ticket AS (PARTITION BY message_id, ticket_id)
    ),
    placed AS (
        SELECT *, dense_rank() OVER (PARTITION BY message_id ORDER BY early, since, ticket_id) AS place FROM counted
    )
    SELECT message_id, ticket_id, kind, ref, unit, light, due_at, effective_at, alike, place FROM placed
    WHERE place <= :named OR nth = 1
    ORDER BY message_id, place, effective_at, kind, ref
"""
"""Every row that waits, up to so many, gets into a message, or is left out as it holds no more.

Of the messages it gives the clocks of the first tickets, those that are late before those that will be, and one of each
kind and light with how many are like it. A light whose end has come is about to be told as another one.
"""
_MAKE = """
    INSERT INTO message (message_id, recipient_id, state, body, changes, made_at)
    SELECT message_id, recipient_id, 'waiting', body, changes, :now FROM unnest(
        CAST(:message_id AS uuid[]), CAST(:recipient_id AS uuid[]), CAST(:body AS text[]), CAST(:changes AS integer[])
    ) AS new (message_id, recipient_id, body, changes)
"""
_CLAIM = """
    WITH free AS (
        SELECT message.message_id FROM message JOIN recipient USING (recipient_id)
        WHERE message.state = 'waiting' AND recipient.removed_at IS NULL
            AND (recipient.again_at IS NULL OR recipient.again_at <= :now)
            AND coalesce(recipient.unit, '') <> ALL (CAST(:silenced AS text[]))
            AND (message.leased_until IS NULL OR message.leased_until <= clock_timestamp())
        ORDER BY message.made_at LIMIT :most
        FOR UPDATE OF message SKIP LOCKED
    )
    UPDATE message SET attempts = attempts + 1, leased_until = clock_timestamp() + CAST(:lease AS interval)
    FROM free, recipient
    WHERE message.message_id = free.message_id AND recipient.recipient_id = message.recipient_id
    RETURNING message.message_id, message.attempts, message.body, message.changes,
        recipient.kind, recipient.address, recipient.keys, recipient.failures
"""
_SETTLE = """
    WITH settled AS (
        UPDATE message SET state = :state, status = :status, code = :code, answered_at = :now, leased_until = NULL
        WHERE message_id = :message_id AND attempts = :attempt AND state = 'waiting'
        RETURNING recipient_id
    )
    UPDATE recipient SET
        told_at = coalesce(:told_at, told_at), failures = :failures, again_at = :again_at
    FROM settled WHERE recipient.recipient_id = settled.recipient_id
"""
"""Only by whoever claimed it last."""
_WAITING = """
    SELECT recipient.kind, sum(changes)::bigint AS waiting, min(oldest) AS oldest
    FROM (
        SELECT recipient_id, count(*) AS changes, min(noticed_at) AS oldest FROM notification
        WHERE message_id IS NULL AND left_out_at IS NULL GROUP BY recipient_id
        UNION ALL
        SELECT recipient_id, changes, made_at FROM message WHERE state IN ('waiting', 'refused')
    ) AS untold
    JOIN recipient USING (recipient_id)
    WHERE recipient.removed_at IS NULL
    GROUP BY recipient.kind
"""


class Limits(NamedTuple):
    """How many clocks a message tells of at most, and of how many tickets by name."""

    most: int
    named: int


class Ready(NamedTuple):
    """A recipient for whom something waits, and may be told now."""

    recipient_id: UUID
    kind: RecipientKind
    unit: str | None


async def anybody(session: Session) -> bool:
    """Whether there is somebody to be told."""
    return bool(await rows(session, _ANYBODY))


async def note(session: Session, changes: Sequence[Change], now: datetime) -> None:
    """Have the changes wait for everybody who is to be told of them, once."""
    columns = {name: [getattr(one, name) for one in changes] for name in Change._fields}
    await rows(session, _NOTE, now=now, **columns)


async def silenced(session: Session, now: datetime) -> set[str | None]:
    """The units of which nobody is told now; None among them is the whole district."""
    return {row.unit for row in await rows(session, _SILENCED, now=now)}


async def ready(session: Session, before: datetime, silenced: Collection[str], most: int) -> list[Ready]:
    """Who is to be told something and was told last before then; not changed by others until the transaction ends."""
    found = await rows(session, _READY, before=before, silenced=list(silenced), most=most)
    return [Ready(row.recipient_id, RecipientKind(row.kind), row.unit) for row in found]


async def gather(
    session: Session, messages: Mapping[UUID, Ready], silenced: Collection[str], limits: Limits, now: datetime
) -> dict[UUID, Digest]:
    """What waits and still holds, as digests by message, and no longer waits; the rest is left out."""
    asked = {"message_id": list(messages), "recipient_id": [one.recipient_id for one in messages.values()]}
    found = await rows(session, _GATHER, **asked, silenced=list(silenced), now=now, **limits._asdict())
    return {
        id_: _digest(messages[id_].unit, now, list(of_message), limits.named)
        for id_, of_message in groupby(found, lambda row: cast("UUID", row.message_id))
    }


def _digest(unit: str | None, made_at: datetime, found: Sequence[Row], named: int) -> Digest:
    counts = {(ClockKind(row.kind), Light(row.light)): int(row.alike) for row in found}
    return Digest(unit, made_at, counts, [_lit(row) for row in found if row.place <= named])


def _lit(row: Row) -> Lit:
    return Lit(row.ticket_id, ClockKind(row.kind), row.ref, row.unit, Light(row.light), row.due_at, row.effective_at)


async def make(session: Session, messages: Sequence[tuple[UUID, UUID, str, int]], now: datetime) -> None:
    """Keep messages to be sent: each by its id, with its recipient, its body, and of how many clocks it tells."""
    message_id, recipient_id, body, changes = map(list, zip(*messages, strict=True))
    await rows(session, _MAKE, message_id=message_id, recipient_id=recipient_id, body=body, changes=changes, now=now)


async def claim(
    session: Session, most: int, lease: timedelta, silenced: Collection[str], now: datetime
) -> list[Parcel]:
    """Messages that nobody else sends, for as long as the lease lasts."""
    found = await rows(session, _CLAIM, most=most, lease=lease, silenced=list(silenced), now=now)
    return [_parcel(row, now) for row in found]


def _parcel(row: Row, now: datetime) -> Parcel:
    return Parcel(
        row.message_id,
        row.attempts,
        RecipientKind(row.kind),
        row.address,
        tuple(row["keys"]),
        row.body,
        row.changes,
        row.failures,
        now,
    )


async def settle(
    session: Session,
    parcel: Parcel,
    fate: Fate,
    *,
    status: int | None,
    code: str | None,
    again_at: datetime | None,
    now: datetime,
) -> None:
    """Put on record how a message was answered, and until when its recipient is left alone."""
    await rows(
        session,
        _SETTLE,
        message_id=parcel.message_id,
        attempt=parcel.attempt,
        state=fate,
        status=status,
        code=code,
        told_at=now if fate is Fate.SENT else None,
        failures=0 if fate is Fate.SENT else parcel.failures + 1,
        again_at=again_at,
        now=now,
    )


async def waiting(session: Session) -> dict[RecipientKind, tuple[int, datetime]]:
    """How many changes wait to be told, by how, and since when the oldest does."""
    return {RecipientKind(row.kind): (row.waiting, row.oldest) for row in await rows(session, _WAITING)}
