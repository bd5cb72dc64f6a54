"""What was refused of the city's feedback: kept sealed for the operators, and answered where the city asks."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from chassis.db import Session, rows
from contracts.vocabulary import FeedbackWay

_KEEP = """
    INSERT INTO refusal (fingerprint, city_key, way, code, fields, parcel, refused_at)
    SELECT fingerprint, city_key, way, code, string_to_array(fields, E'\\n'), parcel, :now
    FROM unnest(
        CAST(:fingerprint AS bytea[]), CAST(:city_key AS text[]), CAST(:way AS text[]), CAST(:code AS text[]),
        CAST(:fields AS text[]), CAST(:parcel AS bytea[])
    ) AS new (fingerprint, city_key, way, code, fields, parcel)
    ORDER BY fingerprint
    ON CONFLICT (fingerprint) DO UPDATE SET
        refused_at = excluded.refused_at, code = excluded.code, fields = excluded.fields
"""
_NEWEST = """
    SELECT DISTINCT ON (city_key) city_key, way, code, fields, refused_at, number FROM refusal
    WHERE city_key = ANY (CAST(:keys AS text[]))
    ORDER BY city_key, refused_at DESC
"""
_LISTED = """
    SELECT city_key, way, code, fields, refused_at, number FROM refusal
    WHERE number > :after ORDER BY number LIMIT :most
"""


class Refusal(NamedTuple):
    """A body that was refused: `fields` say where and why, `parcel` is all of it, sealed."""

    fingerprint: bytes
    city_key: str | None
    way: FeedbackWay
    code: str
    fields: tuple[str, ...]
    parcel: bytes


class Listed(NamedTuple):
    """What may be shown of one."""

    number: int
    city_key: str | None
    way: FeedbackWay
    code: str
    fields: list[str]
    refused_at: datetime


async def keep(session: Session, refused: Collection[Refusal], now: datetime) -> None:
    """Keep each body once, with the reason of its last refusal."""
    new = {one.fingerprint: one for one in refused}.values()
    if not new:
        return
    columns: dict[str, list[object]] = {
        name: [getattr(one, name) for one in new] for name in ("fingerprint", "city_key", "way", "code", "parcel")
    }
    await rows(session, _KEEP, **columns, fields=["\n".join(one.fields) for one in new], now=now)


async def newest(session: Session, keys: Collection[str]) -> dict[str, Listed]:
    """The last refusal of each key that has one."""
    return {row.city_key: _listed(row) for row in await rows(session, _NEWEST, keys=list(keys))}


async def listed(session: Session, after: int, most: int) -> Sequence[Listed]:
    """Refusals in the order of their first, after one."""
    return list(map(_listed, await rows(session, _LISTED, after=after, most=most)))


def _listed(row: object) -> Listed:
    said = {name: getattr(row, name) for name in Listed._fields}
    return Listed(**said | {"way": FeedbackWay(said["way"])})
