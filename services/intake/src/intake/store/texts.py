"""The table of what is written about complaints after they came."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from chassis.db import Row, Session, rows
from contracts.vocabulary import TextKind
from intake.domain import SealedText, Text

_COLUMNS = ("text_id", "complaint_id", "kind", "author", "written_at", "claim", "content")

_ADD = """
    INSERT INTO complaint_text (text_id, complaint_id, kind, author, written_at, claim, content)
    SELECT * FROM unnest(
        CAST(:text_id AS uuid[]), CAST(:complaint_id AS uuid[]), CAST(:kind AS text[]), CAST(:author AS text[]),
        CAST(:written_at AS timestamptz[]), CAST(:claim AS bytea[]), CAST(:content AS bytea[])
    )
    ON CONFLICT (claim) DO NOTHING
    RETURNING text_id
"""

_CLAIMED = """
    SELECT claim, text_id, complaint_id, kind, author, written_at
    FROM complaint_text WHERE claim = ANY (CAST(:claim AS bytea[]))
"""

_OF_COMPLAINT = """
    SELECT text_id, complaint_id, kind, author, written_at
    FROM complaint_text WHERE complaint_id = :complaint_id ORDER BY written_at, text_id
"""

_SEALED = """
    SELECT text_id, complaint_id, kind, author, written_at, claim, content
    FROM complaint_text WHERE text_id = :text_id AND complaint_id = :complaint_id
"""


async def add(session: Session, texts: Sequence[SealedText]) -> set[UUID]:
    """Write the texts whose claims are new or that have none; the ids of those that were."""
    if not texts:
        return set()
    columns = {name: [getattr(one, name) for one in texts] for name in _COLUMNS}
    return {row.text_id for row in await rows(session, _ADD, **columns)}


async def claimed(session: Session, claims: Collection[bytes]) -> dict[bytes, Text]:
    """The texts that were written under these claims."""
    if not claims:
        return {}
    found = map(_stored, await rows(session, _CLAIMED, claim=list(claims)))
    return {stored.pop("claim"): Text(**stored) for stored in found}


async def of_complaint(session: Session, complaint_id: UUID) -> list[Text]:
    """What was written about the complaint, oldest first, without what it says."""
    return [Text(**_stored(row)) for row in await rows(session, _OF_COMPLAINT, complaint_id=complaint_id)]


async def sealed(session: Session, complaint_id: UUID, text_id: UUID) -> SealedText | None:
    """A text of the complaint, still closed; None for an id that is none of its own."""
    found = await rows(session, _SEALED, complaint_id=complaint_id, text_id=text_id)
    return SealedText(**_stored(found[0])) if found else None


def _stored(row: Row) -> dict[str, Any]:
    return {**row, "kind": TextKind(row.kind)}
