"""The reporter's own word: kept once for each close of the complaint, and told (rules 5.2)."""

from datetime import timedelta
from uuid import UUID

from chassis.work import Work
from contracts.complaints import ComplaintRated
from contracts.refusals import Refused
from intake import domain, store
from intake.domain import Closing, Kept, Word
from intake.usecases.kit import Kit


async def rate(work: Work[Kit], receipt: str, secret: str, word: Word) -> Kept:
    """Keep what the reporter says; said again under its id it is as it was kept.

    Whether it came within the policy's working days, revisit decides; here is refused what cannot have.
    Raises Refused: `receipt.unknown`, `action.different-body`, `word.not-finished`, `word.too-late`, `word.said`.
    """
    complaint_id = await store.words.complaint_of(work.session, receipt.upper(), domain.secret_hash(secret))
    if complaint_id is None:
        raise Refused("receipt.unknown")
    known = await store.words.said(work.session, word.word_id)
    if known:
        return _again(known, complaint_id, word)
    said, closing = await _new(work, complaint_id, word)
    if not await store.words.add(work.session, said):
        return await _lost(work, said)
    work.tell(_told(said, closing), correlation=str(complaint_id))
    return said


async def _new(work: Work[Kit], complaint_id: UUID, word: Word) -> tuple[Kept, Closing]:
    closing = await store.words.closing(work.session, complaint_id)
    if closing is None or closing.closed_at is None:
        raise Refused("word.not-finished")
    if work.now > closing.closed_at + timedelta(days=work.kit.policy.word_days):
        raise Refused("word.too-late")
    return Kept(complaint_id, closing.closed_at, word, work.now), closing


async def _lost(work: Work[Kit], said: Kept) -> Kept:
    """Somebody else's word was quicker, or the same one, sent twice at once."""
    known = await store.words.said(work.session, said.word.word_id)
    if known is None:
        raise Refused("word.said")
    return _again(known, said.complaint_id, said.word)


def _again(known: Kept, complaint_id: UUID, word: Word) -> Kept:
    if (known.complaint_id, known.word) != (complaint_id, word):
        raise Refused("action.different-body")
    return known


def _told(said: Kept, closing: Closing) -> ComplaintRated:
    return ComplaintRated(
        complaint_id=said.complaint_id,
        ticket_id=closing.ticket_id,
        word_id=said.word.word_id,
        closed_at=said.closed_at,
        rating=said.word.rating,
        solved=said.word.solved,
        rated_at=said.said_at,
    )
