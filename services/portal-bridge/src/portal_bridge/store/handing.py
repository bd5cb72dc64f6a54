"""What goes on to intake, until it is registered there. Pauses run by the database's clock: they are real time."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from chassis.db import Session, rows

_CLAIM = """
    UPDATE feedback SET hand_at = now() + :lease
    WHERE city_key IN (
        SELECT city_key FROM feedback WHERE state = 'accepted' AND hand_at <= now()
        ORDER BY hand_at, number LIMIT :most FOR UPDATE SKIP LOCKED
    )
    RETURNING city_key, parcel, number
"""
_HANDED = """
    UPDATE feedback SET
        handed = handed + 1, ask_at = coalesce(ask_at, now() + interval '300 milliseconds'),
        hand_at = now() + interval '15 minutes' * power(2, least(handed, 6))
    WHERE city_key = ANY (CAST(:keys AS text[])) AND state = 'accepted'
"""
"""What was lost on its way is handed on again, less and less often; intake knows it by its key."""
_CLAIM_ASKING = """
    UPDATE feedback SET ask_at = now() + :lease
    WHERE city_key IN (
        SELECT city_key FROM feedback WHERE state = 'accepted' AND ask_at <= now()
        ORDER BY ask_at LIMIT :most FOR UPDATE SKIP LOCKED
    )
    RETURNING city_key
"""
_REGISTERED = """
    UPDATE feedback SET state = 'registered', complaint_id = new.complaint_id, parcel = NULL
    FROM unnest(CAST(:keys AS text[]), CAST(:complaint_ids AS uuid[])) AS new (city_key, complaint_id)
    WHERE feedback.city_key = new.city_key AND state = 'accepted'
    RETURNING feedback.city_key
"""
_NOT_YET = """
    UPDATE feedback SET asked = asked + 1, ask_at = now() + interval '1 second' * power(2, least(asked, 9))
    WHERE city_key = ANY (CAST(:keys AS text[])) AND state = 'accepted'
"""
"""Up to eight and a half minutes: what intake has parked waits for an operator there."""


class Sealed(NamedTuple):
    """A complaint to be handed on."""

    city_key: str
    parcel: bytes


async def claim(session: Session, most: int, lease: timedelta) -> list[Sealed]:
    """Complaints that are to go to intake now, in the order in which they came; nobody else takes them meanwhile."""
    found = await rows(session, _CLAIM, most=most, lease=lease)
    return [Sealed(row.city_key, row.parcel) for row in sorted(found, key=lambda row: int(row.number))]


async def handed(session: Session, keys: Collection[str]) -> None:
    """They are on their way."""
    await rows(session, _HANDED, keys=list(keys))


async def claim_asking(session: Session, most: int, lease: timedelta) -> list[str]:
    """Keys for which intake is to be asked now."""
    return [row.city_key for row in await rows(session, _CLAIM_ASKING, most=most, lease=lease)]


async def registered(session: Session, found: Mapping[str, UUID]) -> Sequence[str]:
    """Intake has them: what was said is forgotten here. The keys of which that is new."""
    if not found:
        return ()
    said = await rows(session, _REGISTERED, keys=list(found), complaint_ids=list(found.values()))
    return sorted(row.city_key for row in said)


async def not_yet(session: Session, keys: Collection[str]) -> None:
    """Intake does not have them yet: ask again later."""
    if keys:
        await rows(session, _NOT_YET, keys=list(keys))
