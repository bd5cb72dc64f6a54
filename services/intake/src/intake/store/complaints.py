"""The table of complaints."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.db import Session, rows
from intake.domain import At, Entry, Known

_ADD = """
    INSERT INTO complaint (
        complaint_id, channel, source_id, submitted_at, registered_at, reporter_kind, matter_code, place_code,
        receipt, fingerprint, secret_hash, wrapped_key, raw, content
    )
    SELECT * FROM unnest(
        CAST(:complaint_id AS uuid[]), CAST(:channel AS text[]), CAST(:source_id AS text[]),
        CAST(:submitted_at AS timestamptz[]), CAST(:registered_at AS timestamptz[]), CAST(:reporter_kind AS text[]),
        CAST(:matter_code AS text[]), CAST(:place_code AS text[]), CAST(:receipt AS text[]),
        CAST(:fingerprint AS bytea[]), CAST(:secret_hash AS bytea[]), CAST(:wrapped_key AS bytea[]),
        CAST(:raw AS bytea[]), CAST(:content AS bytea[])
    )
    ON CONFLICT (channel, source_id) DO NOTHING
    RETURNING complaint_id
"""
_COLUMNS = (
    "complaint_id",
    "channel",
    "source_id",
    "submitted_at",
    "registered_at",
    "reporter_kind",
    "matter_code",
    "place_code",
    "receipt",
    "fingerprint",
    "secret_hash",
    "wrapped_key",
    "raw",
    "content",
)

_KNOWN = """
    SELECT found.*
    FROM unnest(CAST(:channel AS text[]), CAST(:source_id AS text[])) AS asked (channel, source_id)
    CROSS JOIN LATERAL (
        SELECT complaint_id, channel, source_id, registered_at, receipt, fingerprint
        FROM complaint WHERE channel = asked.channel AND source_id = asked.source_id
        OFFSET 0
    ) AS found
"""
"""OFFSET 0 keeps the index in use, also by a plan that was made when the table was empty."""

_SEALED = """
    SELECT complaint_id, channel, registered_at, receipt, wrapped_key, content
    FROM complaint WHERE complaint_id = :complaint_id
"""

_KEYS = """
    SELECT found.*
    FROM unnest(CAST(:complaint_id AS uuid[])) AS asked (complaint_id)
    CROSS JOIN LATERAL (
        SELECT complaint_id, wrapped_key FROM complaint WHERE complaint.complaint_id = asked.complaint_id OFFSET 0
    ) AS found
"""


@dataclass(frozen=True, slots=True)
class Sealed:
    """One complaint with its key and what it says, both still closed."""

    complaint_id: UUID
    channel: str
    registered_at: datetime
    receipt: str
    wrapped_key: bytes
    content: bytes


async def add(session: Session, entries: Iterable[Entry]) -> set[UUID]:
    """Write the entries whose channel and source id are new; the ids of those that were.

    They are written in one order everywhere, so that two instances wait for each other instead of locking up.
    """
    ordered = sorted(entries, key=lambda one: one.at)
    columns = {name: [getattr(one, name) for one in ordered] for name in _COLUMNS}
    return {row.complaint_id for row in await rows(session, _ADD, **columns)}


async def known(session: Session, asked: Collection[At]) -> dict[At, Known]:
    """The registered ones among these channels and source ids."""
    if not asked:
        return {}
    channels, source_ids = zip(*asked, strict=True)
    found = await rows(session, _KNOWN, channel=list(channels), source_id=list(source_ids))
    complaints = [Known(**row) for row in found]
    return {one.at: one for one in complaints}


async def sealed(session: Session, complaint_id: UUID) -> Sealed | None:
    """The complaint, still closed; None for an id that is none."""
    found = await rows(session, _SEALED, complaint_id=complaint_id)
    return Sealed(**found[0]) if found else None


async def keys(session: Session, complaint_ids: Collection[UUID]) -> dict[UUID, bytes]:
    """The wrapped keys of those that are complaints."""
    found = await rows(session, _KEYS, complaint_id=list(complaint_ids))
    return {row.complaint_id: row.wrapped_key for row in found}
