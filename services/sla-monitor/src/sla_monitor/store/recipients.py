"""Who is told of lights, how that goes, and of whom nobody is told for a while."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Row, Session, rows
from contracts.vocabulary import Light
from sla_monitor.domain import OpenMessage, Recipient, RecipientKind, Silence, Standing

_ADD = """
    INSERT INTO recipient (recipient_id, name, kind, unit, lights, address, keys, added_at)
    VALUES (
        :recipient_id, :name, :kind, :unit, CAST(:lights AS text[]), :address, CAST(:keys AS text[]), :now
    )
    ON CONFLICT (name) WHERE removed_at IS NULL DO NOTHING
    RETURNING recipient_id
"""
_CHANGE = """
    UPDATE recipient SET
        kind = :kind, unit = :unit, lights = CAST(:lights AS text[]), address = :address, keys = CAST(:keys AS text[])
    WHERE name = :name AND removed_at IS NULL
"""
_REMOVE = "UPDATE recipient SET removed_at = :now WHERE name = :name AND removed_at IS NULL RETURNING recipient_id"
_EVERYONE = """
    SELECT recipient.*, message.message_id, message.state, message.attempts, message.status, message.code,
        message.changes, message.answered_at, coalesce(untold.waiting, 0) AS waiting
    FROM recipient
    LEFT JOIN message ON message.recipient_id = recipient.recipient_id AND message.state IN ('waiting', 'refused')
    LEFT JOIN (
        SELECT recipient_id, count(*) AS waiting FROM notification
        WHERE message_id IS NULL AND left_out_at IS NULL GROUP BY recipient_id
    ) AS untold ON untold.recipient_id = recipient.recipient_id
    WHERE recipient.removed_at IS NULL
    ORDER BY recipient.name
"""
_ONE = """
    SELECT name, kind, address, lights, unit, keys FROM recipient
    WHERE name = :name AND removed_at IS NULL FOR UPDATE
"""
_SETTLE = """
    WITH settled AS (
        UPDATE message SET state = :state FROM recipient
        WHERE recipient.name = :name AND recipient.removed_at IS NULL
            AND message.recipient_id = recipient.recipient_id AND message.state = 'refused'
        RETURNING message.message_id, message.recipient_id
    )
    UPDATE recipient SET failures = 0, again_at = NULL FROM settled
    WHERE recipient.recipient_id = settled.recipient_id
    RETURNING settled.message_id
"""
_SILENCE = """
    INSERT INTO silence (silence_id, unit, since, until, reason, by)
    VALUES (:silence_id, :unit, :since, :until, :reason, :by)
"""
_SILENCES = """
    SELECT silence_id, unit, since, until, reason, by FROM silence
    WHERE ended_at IS NULL AND until > :now ORDER BY until, silence_id
"""
_END = """
    UPDATE silence SET ended_at = :now, ended_by = :by
    WHERE silence_id = :silence_id AND ended_at IS NULL AND until > :now
    RETURNING silence_id
"""


async def add(session: Session, recipient_id: UUID, recipient: Recipient, now: datetime) -> bool:
    """Have a recipient from now on; False when there is one of that name."""
    return bool(await rows(session, _ADD, recipient_id=recipient_id, now=now, **_columns(recipient)))


async def change(session: Session, recipient: Recipient) -> None:
    """Let the recipient of that name be like this."""
    await rows(session, _CHANGE, **_columns(recipient))


def _columns(recipient: Recipient) -> dict[str, Any]:
    return recipient._asdict() | {"lights": list(recipient.lights), "keys": list(recipient.keys)}


async def remove(session: Session, name: str, now: datetime) -> bool:
    """Tell nothing more to the recipient of that name; False when there is none."""
    return bool(await rows(session, _REMOVE, name=name, now=now))


async def one(session: Session, name: str) -> Recipient | None:
    """The recipient of that name; nobody else changes it before this transaction has ended."""
    found = await rows(session, _ONE, name=name)
    return _recipient(found[0]) if found else None


async def everyone(session: Session) -> list[Standing]:
    """Every recipient, and how telling it goes."""
    return [_standing(row) for row in await rows(session, _EVERYONE)]


def _recipient(row: Row) -> Recipient:
    lights = tuple(map(Light, row.lights))
    return Recipient(row.name, RecipientKind(row.kind), row.address, lights, row.unit, tuple(row["keys"]))


def _standing(row: Row) -> Standing:
    message = OpenMessage(row.message_id, row.state, row.changes, row.attempts, row.answered_at, row.status, row.code)
    return Standing(
        _recipient(row),
        row.waiting,
        row.told_at,
        row.failures,
        row.again_at,
        message if row.message_id else None,
    )


async def settle_refused(session: Session, name: str, state: str) -> Sequence[UUID]:
    """Let the refused message of the recipient of that name be in this state: its id, if there was one."""
    return [row.message_id for row in await rows(session, _SETTLE, name=name, state=state)]


async def silence(session: Session, silence: Silence) -> None:
    """Let nobody be told while it lasts."""
    await rows(session, _SILENCE, **silence._asdict())


async def silences(session: Session, now: datetime) -> list[Silence]:
    """The silences that last, the first to end first."""
    return [Silence(*row) for row in await rows(session, _SILENCES, now=now)]


async def end_silence(session: Session, silence_id: UUID, by: str, now: datetime) -> bool:
    """End a silence now; False when none of that id lasts."""
    return bool(await rows(session, _END, silence_id=silence_id, by=by, now=now))
