"""How far the city's feedback was fetched, and when it is asked again; real time, by the database's clock."""

from datetime import timedelta
from typing import NamedTuple

from chassis.db import Session, rows

_CLAIM = """
    UPDATE pulling SET next_at = now() + :lease WHERE next_at <= now() RETURNING cursor, failures
"""
_MOVE = "UPDATE pulling SET cursor = :cursor, next_at = now() + :pause, failures = :failures"


class Standing(NamedTuple):
    """Where the cursor stands, and how often in a row it could not be moved."""

    cursor: str | None
    failures: int


async def claim(session: Session, lease: timedelta) -> Standing | None:
    """Where to go on, if it is time; nobody else does meanwhile."""
    return next((Standing(row.cursor, row.failures) for row in await rows(session, _CLAIM, lease=lease)), None)


async def move(session: Session, standing: Standing, pause: timedelta) -> None:
    """Where it stands now, and after which pause it goes on."""
    await rows(session, _MOVE, cursor=standing.cursor, failures=standing.failures, pause=pause)
