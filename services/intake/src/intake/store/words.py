"""The tables of what is closed, and of what reporters said about it."""

from collections.abc import Sequence
from uuid import UUID

from chassis.db import Row, Session, rows
from intake.domain import Closing, Kept, Word

_CLOSE = """
    INSERT INTO closing (complaint_id, ticket_id, closed_at)
    SELECT * FROM unnest(
        CAST(:complaint_id AS uuid[]), CAST(:ticket_id AS uuid[]), CAST(:closed_at AS timestamptz[])
    ) AS new (complaint_id, ticket_id, closed_at)
    ORDER BY complaint_id
    ON CONFLICT (complaint_id) DO UPDATE SET closed_at = excluded.closed_at
"""
_CLAIMING = "SELECT complaint_id FROM complaint WHERE receipt = :receipt AND secret_hash = :secret_hash"
_CLOSING = "SELECT * FROM closing WHERE complaint_id = :complaint_id FOR SHARE"
_ADD = """
    INSERT INTO word (word_id, complaint_id, closed_at, rating, solved, said_at)
    VALUES (:word_id, :complaint_id, :closed_at, :rating, :solved, :said_at)
    ON CONFLICT DO NOTHING
    RETURNING word_id
"""
_SAID = "SELECT * FROM word WHERE word_id = :word_id"


async def close(session: Session, closings: Sequence[Closing]) -> None:
    """Let complaints be closed, or open again."""
    names = ("complaint_id", "ticket_id", "closed_at")
    if closings:
        await rows(session, _CLOSE, **{name: [getattr(one, name) for one in closings] for name in names})


async def complaint_of(session: Session, receipt: str, secret_hash: bytes) -> UUID | None:
    """The complaint whose receipt and secret these are."""
    found = await rows(session, _CLAIMING, receipt=receipt, secret_hash=secret_hash)
    return next((row.complaint_id for row in found), None)


async def closing(session: Session, complaint_id: UUID) -> Closing | None:
    """Since when a complaint is closed; it is not opened again before this transaction has ended."""
    found = await rows(session, _CLOSING, complaint_id=complaint_id)
    return next((Closing(**row) for row in found), None)


async def add(session: Session, said: Kept) -> bool:
    """Keep a word; not one whose id is known, nor a second one about the same close."""
    word = {"word_id": said.word.word_id, "rating": said.word.rating, "solved": said.word.solved}
    known = {"complaint_id": said.complaint_id, "closed_at": said.closed_at, "said_at": said.said_at}
    return bool(await rows(session, _ADD, **word, **known))


async def said(session: Session, word_id: UUID) -> Kept | None:
    """The word of this id."""
    return next((_said(row) for row in await rows(session, _SAID, word_id=word_id)), None)


def _said(row: Row) -> Kept:
    return Kept(row.complaint_id, row.closed_at, Word(row.word_id, row.rating, row.solved), row.said_at)
