"""Which units are dissolved, as dispatch tells it on `directory`."""

from collections.abc import Sequence
from typing import NamedTuple

from chassis.db import Session, rows
from contracts.directory import UnitListed

_LIST = """
    INSERT INTO unit (code, listed, successor, version)
    SELECT DISTINCT ON (code) code, listed, successor, version FROM unnest(
        CAST(:code AS text[]), CAST(:listed AS boolean[]), CAST(:successor AS text[]), CAST(:version AS bigint[])
    ) AS new (code, listed, successor, version)
    ORDER BY code, version DESC
    ON CONFLICT (code) DO UPDATE SET
        listed = excluded.listed, successor = excluded.successor, version = excluded.version
    WHERE unit.version < excluded.version
"""
_DISSOLVED = "SELECT code, successor, version FROM unit WHERE NOT listed"
_COLUMNS = ("code", "listed", "successor", "version")


class Dissolved(NamedTuple):
    """A unit that is not listed since a version of the directory, and who takes over."""

    code: str
    successor: str | None
    version: int


async def list_units(session: Session, units: Sequence[UnitListed]) -> None:
    """Take how units stand, the newest of each."""
    if units:
        await rows(session, _LIST, **{name: [getattr(one, name) for one in units] for name in _COLUMNS})


async def dissolved(session: Session) -> list[Dissolved]:
    """The units that are not listed any more."""
    return [Dissolved(*row) for row in await rows(session, _DISSOLVED)]
