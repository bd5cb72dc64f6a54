"""The tables of the directory: each row holds from a version until a version."""

from collections import defaultdict
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from uuid import UUID

from chassis.db import Session, rows
from contracts.vocabulary import UnitKind
from dispatch.domain import Changes, Delta, Directory, Mandate, Matter, Place, Unit

_NEWEST = "SELECT coalesce(max(version), 0) AS version FROM directory_version"
_VERSIONS = """
    SELECT version, imported_at, units, places, matters, proposed_by, confirmed_by, basis, effective_at, proposal_id
    FROM directory_version ORDER BY version
"""
_ALONE = "LOCK TABLE directory_version IN SHARE ROW EXCLUSIVE MODE"

_UNITS = """
    SELECT code, name, kind, parent, credit_code FROM unit
    WHERE since <= :version AND (until IS NULL OR until > :version) ORDER BY code
"""
_PLACES = """
    SELECT code, name, parent, centre FROM place
    WHERE since <= :version AND (until IS NULL OR until > :version) ORDER BY code
"""
_MATTERS = """
    SELECT code, name, synonyms FROM matter
    WHERE since <= :version AND (until IS NULL OR until > :version) ORDER BY code
"""
_OWNERSHIP = """
    SELECT matter, place, unit FROM ownership
    WHERE since <= :version AND (until IS NULL OR until > :version) ORDER BY matter, place
"""
_DISSOLVED = """
    SELECT DISTINCT ON (code) code, successor FROM unit AS ended
    WHERE until <= :version AND NOT EXISTS (
        SELECT FROM unit AS listed
        WHERE listed.code = ended.code AND listed.since <= :version
            AND (listed.until IS NULL OR listed.until > :version)
    )
    ORDER BY code, since DESC
"""

_ADD_VERSION = """
    INSERT INTO directory_version (
        version, imported_at, units, places, matters, proposed_by, confirmed_by, basis, effective_at, proposal_id
    )
    VALUES (
        :version, :imported_at, :units, :places, :matters, :proposed_by, :confirmed_by, :basis, :effective_at,
        :proposal_id
    )
"""
_END_UNITS = """
    UPDATE unit SET until = :version, successor = ended.successor
    FROM unnest(CAST(:codes AS text[]), CAST(:successors AS text[])) AS ended (code, successor)
    WHERE unit.until IS NULL AND unit.code = ended.code
"""
_END_PLACES = "UPDATE place SET until = :version WHERE until IS NULL AND code = ANY(CAST(:codes AS text[]))"
_END_MATTERS = "UPDATE matter SET until = :version WHERE until IS NULL AND code = ANY(CAST(:codes AS text[]))"
_END_OWNERSHIP = "UPDATE ownership SET until = :version WHERE until IS NULL AND matter = ANY(CAST(:codes AS text[]))"

_ADD_UNITS = """
    INSERT INTO unit (since, code, name, kind, parent, credit_code)
    SELECT :version, new.* FROM unnest(
        CAST(:code AS text[]), CAST(:name AS text[]), CAST(:kind AS text[]), CAST(:parent AS text[]),
        CAST(:credit_code AS text[])
    ) AS new
"""
_ADD_PLACES = """
    INSERT INTO place (since, code, name, parent, centre)
    SELECT :version, new.* FROM unnest(
        CAST(:code AS text[]), CAST(:name AS text[]), CAST(:parent AS text[]), CAST(:centre AS text[])
    ) AS new
"""
_ADD_MATTERS = """
    INSERT INTO matter (since, code, name, synonyms)
    SELECT :version, code, name, string_to_array(synonyms, '|') FROM unnest(
        CAST(:code AS text[]), CAST(:name AS text[]), CAST(:synonyms AS text[])
    ) AS new (code, name, synonyms)
"""
_ADD_OWNERSHIP = """
    INSERT INTO ownership (since, matter, place, unit)
    SELECT :version, new.* FROM unnest(
        CAST(:matter AS text[]), CAST(:place AS text[]), CAST(:unit AS text[])
    ) AS new
"""
_WORD = [one.name for one in fields(Mandate)]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the directory, how many entries of each kind it changed, and by whose word it holds.

    Nobody's word stands with the first one, with which a district begins.
    """

    version: int
    imported_at: datetime
    units: int
    places: int
    matters: int
    proposed_by: str | None
    confirmed_by: str | None
    basis: str | None
    effective_at: datetime | None
    proposal_id: UUID | None


async def newest(session: Session) -> int:
    """The newest version; 0 before the first import."""
    (row,) = await rows(session, _NEWEST)
    return int(row.version)


async def versions(session: Session) -> list[Version]:
    """Every version, oldest first."""
    return [Version(**row) for row in await rows(session, _VERSIONS)]


async def importing_alone(session: Session) -> None:
    """Let no other import begin before this transaction has ended."""
    await rows(session, _ALONE)


async def held(session: Session, version: int) -> Directory:
    """The directory as it held under a version."""
    return Directory(
        version,
        await _units(session, version),
        await _places(session, version),
        await _matters(session, version),
        {row.code: row.successor for row in await rows(session, _DISSOLVED, version=version)},
    )


async def _units(session: Session, version: int) -> dict[str, Unit]:
    found = await rows(session, _UNITS, version=version)
    return {row.code: Unit(row.code, row.name, UnitKind(row.kind), row.parent, row.credit_code) for row in found}


async def _places(session: Session, version: int) -> dict[str, Place]:
    return {row.code: Place(**row) for row in await rows(session, _PLACES, version=version)}


async def _matters(session: Session, version: int) -> dict[str, Matter]:
    owners: dict[str, dict[str, str]] = defaultdict(dict)
    for row in await rows(session, _OWNERSHIP, version=version):
        owners[row.matter][row.place] = row.unit
    found = await rows(session, _MATTERS, version=version)
    return {row.code: Matter(row.code, row.name, tuple(row.synonyms), owners.get(row.code, {})) for row in found}


async def write(session: Session, version: int, at: datetime, changes: Changes, mandate: Mandate | None) -> None:
    """Make a new version of what changed: what held until now ends with it, what is new begins."""
    word = asdict(mandate) if mandate else dict.fromkeys(_WORD)
    sizes = {"units": changes.units.size, "places": changes.places.size, "matters": changes.matters.size}
    await rows(session, _ADD_VERSION, version=version, imported_at=at, **sizes, **word)
    await _write_units(session, version, changes)
    await _write_places(session, version, changes.places)
    await _write_matters(session, version, changes.matters)


async def _write_units(session: Session, version: int, changes: Changes) -> None:
    new, codes = changes.units.changed, changes.units.codes
    successors = [changes.successors.get(code) for code in codes]
    await rows(session, _END_UNITS, version=version, codes=codes, successors=successors)
    await rows(
        session,
        _ADD_UNITS,
        version=version,
        code=[one.code for one in new],
        name=[one.name for one in new],
        kind=[one.kind for one in new],
        parent=[one.parent for one in new],
        credit_code=[one.credit_code for one in new],
    )


async def _write_places(session: Session, version: int, delta: Delta[Place]) -> None:
    new = delta.changed
    await rows(session, _END_PLACES, version=version, codes=delta.codes)
    await rows(
        session,
        _ADD_PLACES,
        version=version,
        code=[one.code for one in new],
        name=[one.name for one in new],
        parent=[one.parent for one in new],
        centre=[one.centre for one in new],
    )


async def _write_matters(session: Session, version: int, delta: Delta[Matter]) -> None:
    new = delta.changed
    await rows(session, _END_MATTERS, version=version, codes=delta.codes)
    await rows(
        session,
        _ADD_MATTERS,
        version=version,
        code=[one.code for one in new],
        name=[one.name for one in new],
        synonyms=["|".join(one.synonyms) for one in new],
    )
    await _write_ownership(session, version, delta)


async def _write_ownership(session: Session, version: int, delta: Delta[Matter]) -> None:
    owned = [(one.code, place, unit) for one in delta.changed for place, unit in one.owners.items()]
    await rows(session, _END_OWNERSHIP, version=version, codes=delta.codes)
    await rows(
        session,
        _ADD_OWNERSHIP,
        version=version,
        matter=[matter for matter, _, _ in owned],
        place=[place for _, place, _ in owned],
        unit=[unit for _, _, unit in owned],
    )
