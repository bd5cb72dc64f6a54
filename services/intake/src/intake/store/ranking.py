"""The tables of ranking: what the directory tells, and the models."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from chassis.db import Session, rows
from contracts.directory import DirectoryFact, MatterListed, PlaceListed, UnitListed
from intake.domain.ranking import Directory, Matter

_SAVE_MATTERS = """
    INSERT INTO matter (code, name, synonyms, pinyin, places, units, version, listed)
    SELECT code, name, string_to_array(synonyms, '|'), string_to_array(pinyin, '|'), string_to_array(places, '|'),
        string_to_array(units, '|'), version, listed
    FROM unnest(
        CAST(:code AS text[]), CAST(:name AS text[]), CAST(:synonyms AS text[]), CAST(:pinyin AS text[]),
        CAST(:places AS text[]), CAST(:units AS text[]), CAST(:version AS bigint[]), CAST(:listed AS boolean[])
    ) AS new (code, name, synonyms, pinyin, places, units, version, listed)
    ON CONFLICT (code) DO UPDATE SET name = excluded.name, synonyms = excluded.synonyms, pinyin = excluded.pinyin,
        places = excluded.places, units = excluded.units, version = excluded.version, listed = excluded.listed
    WHERE matter.version <= excluded.version
"""
_SAVE_UNITS = """
    INSERT INTO unit (code, name, version, listed, successor)
    SELECT * FROM unnest(
        CAST(:code AS text[]), CAST(:name AS text[]), CAST(:version AS bigint[]), CAST(:listed AS boolean[]),
        CAST(:successor AS text[])
    )
    ON CONFLICT (code) DO UPDATE SET name = excluded.name, version = excluded.version, listed = excluded.listed,
        successor = excluded.successor
    WHERE unit.version <= excluded.version
"""
_SAVE_PLACES = """
    INSERT INTO place (code, parent, version, listed)
    SELECT * FROM unnest(
        CAST(:code AS text[]), CAST(:parent AS text[]), CAST(:version AS bigint[]), CAST(:listed AS boolean[])
    )
    ON CONFLICT (code) DO UPDATE SET parent = excluded.parent, version = excluded.version, listed = excluded.listed
    WHERE place.version <= excluded.version
"""
_MATTERS = "SELECT code, name, synonyms, pinyin, places, units FROM matter WHERE listed ORDER BY code"
_LISTED = "SELECT code FROM matter WHERE listed AND code = ANY (CAST(:code AS text[]))"
_UNITS = "SELECT code, name FROM unit WHERE listed ORDER BY code"
_PLACES = "SELECT code, parent FROM place WHERE listed"
_MARK = """
    SELECT (SELECT coalesce(max(version), 0) FROM ranking_model) AS model,
        (SELECT coalesce(max(version), 0) FROM matter) AS matters, (SELECT count(*) FROM matter) AS of_matters,
        (SELECT coalesce(max(version), 0) FROM unit) AS units, (SELECT count(*) FROM unit) AS of_units,
        (SELECT coalesce(max(version), 0) FROM place) AS places, (SELECT count(*) FROM place) AS of_places
"""
_ADD_MODEL = """
    INSERT INTO ranking_model (model_id, trained_at, sha256, rows, top1, top3, wrapped_key, body)
    VALUES (:model_id, :trained_at, :sha256, :rows, :top1, :top3, :wrapped_key, :body)
    RETURNING version
"""
_NEWEST_MODEL = """
    SELECT model_id, trained_at, sha256, rows, top1, top3, wrapped_key, body
    FROM ranking_model ORDER BY version DESC LIMIT 1
"""

Mark = tuple[int, ...]
"""Grows or changes with each model and each change of the directory."""


@dataclass(frozen=True, slots=True)
class SealedModel:
    """A model as it is kept: sealed, with the figures it had on rows held back when it was trained."""

    model_id: UUID
    trained_at: datetime
    sha256: bytes
    rows: int
    top1: float
    top3: float
    wrapped_key: bytes
    body: bytes


async def list_entries(session: Session, entries: Sequence[DirectoryFact], spelled: Sequence[Sequence[str]]) -> None:
    """Take entries of the directory, each once, with the pinyin of each matter; what is older changes nothing."""
    matters = [one for one in entries if isinstance(one, MatterListed)]
    await _save(session, _SAVE_MATTERS, [_matter(one, forms) for one, forms in zip(matters, spelled, strict=True)])
    await _save(session, _SAVE_UNITS, [_unit(one) for one in entries if isinstance(one, UnitListed)])
    await _save(session, _SAVE_PLACES, [_place(one) for one in entries if isinstance(one, PlaceListed)])


async def directory(session: Session) -> Directory:
    """What of the directory ranking needs, as it holds now."""
    matters = [
        Matter(
            code=row.code,
            name=row.name,
            synonyms=tuple(row.synonyms),
            pinyin=tuple(row.pinyin),
            owners=dict(zip(row.places, row.units, strict=True)),
        )
        for row in await rows(session, _MATTERS)
    ]
    units = {row.code: row.name for row in await rows(session, _UNITS)}
    above = {row.code: row.parent for row in await rows(session, _PLACES)}
    return Directory({one.code: one for one in matters}, units, above)


async def listed(session: Session, codes: Collection[str]) -> set[str]:
    """Those of the matters that the directory lists."""
    if not codes:
        return set()
    return {row.code for row in await rows(session, _LISTED, code=list(codes))}


async def mark(session: Session) -> Mark:
    """What tells whether a model or the directory is newer than what is held."""
    (found,) = await rows(session, _MARK)
    return tuple(found)


async def add_model(session: Session, model: SealedModel) -> int:
    """Keep a model; its version: 1, 2, 3 …"""
    (found,) = await rows(session, _ADD_MODEL, **asdict(model))
    return int(found.version)


async def newest_model(session: Session) -> SealedModel | None:
    """The model trained last."""
    found = await rows(session, _NEWEST_MODEL)
    return SealedModel(**found[0]) if found else None


async def _save(session: Session, sql: str, entries: Sequence[dict[str, object]]) -> None:
    if entries:
        await rows(session, sql, **{name: [one[name] for one in entries] for name in entries[0]})


def _matter(fact: MatterListed, spelled: Sequence[str]) -> dict[str, object]:
    return {
        "code": fact.code,
        "name": fact.name,
        "synonyms": "|".join(fact.synonyms),
        "pinyin": "|".join(spelled),
        "places": "|".join(one.place for one in fact.owners),
        "units": "|".join(one.unit for one in fact.owners),
        "version": fact.version,
        "listed": fact.listed,
    }


def _unit(fact: UnitListed) -> dict[str, object]:
    names = ("code", "name", "version", "listed", "successor")
    return {name: getattr(fact, name) for name in names}


def _place(fact: PlaceListed) -> dict[str, object]:
    return {"code": fact.code, "parent": fact.parent, "version": fact.version, "listed": fact.listed}
