"""The inbox: a fact that is delivered twice has one effect."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from chassis.db import Session, rows

_CLAIM = """
    INSERT INTO inbox (consumer, fact_id, taken_at)
    SELECT :consumer, fact_id, :now FROM unnest(CAST(:ids AS uuid[])) AS fact_id
    ON CONFLICT DO NOTHING
    RETURNING fact_id
"""


async def claim(session: Session, consumer: str, ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Those of the facts that the consumer has not taken yet; they are its own from now on, in this transaction."""
    if not ids:
        return set()
    return {row.fact_id for row in await rows(session, _CLAIM, consumer=consumer, ids=sorted(ids), now=now)}
