"""What intake does: registers complaints once, keeps what is written about them, opens one for those who may see it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis import audit, idempotency
from chassis.idempotency import Claim
from chassis.security import Principal
from chassis.vault import about
from chassis.work import Work
from contracts.complaints import ComplaintRegistered, ComplaintTextWritten
from contracts.refusals import Refused
from contracts.tickets import TicketFact
from contracts.vocabulary import Channel, Purpose, ReporterKind, TextKind
from intake import domain, store
from intake.domain import At, Entry, Known, SealedText, Solved, Submission, Text
from intake.usecases import opening, ranking, repeating
from intake.usecases.kit import Kit
from intake.usecases.ranking import Ranked


@dataclass(frozen=True, slots=True)
class Registered:
    """A complaint of which a submission was the `first`, or which it said again."""

    complaint: Known
    first: bool


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A submission over HTTP, with the claim of its `Idempotency-Key` if it has one."""

    submission: Submission
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What the reporter is given of a complaint: its receipt and the secret; `first` as in Registered."""

    complaint: Known
    secret: str
    first: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A complaint with what it says, normalised, for one who may see it.

    `linked_to` is the complaint in whose ticket it goes on, `linked` are those that go on in its own (rules 2.5).
    """

    complaint_id: UUID
    channel: Channel
    receipt: str
    registered_at: datetime
    content: dict[str, Any]
    linked_to: UUID | None
    linked: list[UUID]


@dataclass(frozen=True, slots=True, eq=False)
class Writing:
    """What somebody writes about a complaint, with their `Idempotency-Key` if they have one."""

    author: Principal
    complaint_id: UUID
    kind: TextKind
    text: str = field(repr=False)
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A text of which a request was the `first`, or which it asked for again."""

    text: Text
    first: bool


@dataclass(frozen=True, slots=True)
class OpenedText:
    """A text with what it says, for one who may see it."""

    text: Text
    said: str = field(repr=False)


async def register(work: Work[Kit], submissions: Sequence[Submission]) -> list[Registered]:
    """Register every complaint once per channel and source id, and find it again each time it is said (rules 2.1–2.2).

    Raises Refused as `domain.admit` does, and `complaint.different-body` for another one under a known source id.
    """
    for one in submissions:
        domain.admit(one, work.kit.policy, work.now)
    prints = [fingerprint(work.kit, one) for one in submissions]
    firsts = _firsts(submissions, prints)
    entries = {at: _entry(work, *first) for at, first in firsts.items()}
    added = await store.complaints.add(work.session, entries.values())
    new = {at: entry for at, entry in entries.items() if entry.complaint_id in added}
    known: dict[At, Known] = new | await store.complaints.known(work.session, entries.keys() - new.keys())
    found = [domain.same(known[one.at], print_) for one, print_ in zip(submissions, prints, strict=True)]
    await _tell(work, [(entry, firsts[at][0]) for at, entry in new.items()])
    return [Registered(complaint, complaint.complaint_id in added) for complaint in found]


async def submit(work: Work[Kit], asked: Sequence[Asked]) -> list[Answered]:
    """Register what was submitted over HTTP, and answer its reporters.

    Raises Refused as `register` does, and `idempotency-key.reused`.
    """
    await idempotency.claim(work.session, [one.claim for one in asked if one.claim], work.now)
    found = await register(work, [one.submission for one in asked])
    return [Answered(one.complaint, secret(work.kit, one.complaint.complaint_id), one.first) for one in found]


async def receipts(work: Work[Kit], channel: Channel, source_ids: Sequence[str]) -> list[Answered]:
    """Those of the channel's complaints that are registered, as its reporters are answered."""
    found = await store.complaints.known(work.session, {(channel.value, source_id) for source_id in source_ids})
    return [Answered(one, secret(work.kit, one.complaint_id)) for one in found.values()]


async def open_one(work: Work[Kit], principal: Principal, complaint_id: UUID, purpose: Purpose) -> Opened:
    """The complaint with what it says, after it was written down who looks at it and what for (rules 7).

    Raises Refused: `principal.not-allowed`, `complaint.unknown`.
    """
    await _let_in(work, [(principal, complaint_id)])
    sealed = await opening.look(work, principal, "complaint.read", complaint_id, purpose)
    links = await store.links.of_complaint(work.session, complaint_id)
    return Opened(
        complaint_id,
        Channel(sealed.channel),
        sealed.receipt,
        sealed.registered_at,
        opening.content(work.kit, complaint_id, sealed.wrapped_key, sealed.content),
        linked_to=next((one.to for one in links if one.complaint_id == complaint_id), None),
        linked=[one.complaint_id for one in links if one.to == complaint_id],
    )


async def write(work: Work[Kit], asked: Sequence[Writing]) -> list[Written]:
    """Seal what is written about complaints, each text with its complaint's own key; a key said again writes nothing.

    Raises Refused: `principal.not-allowed`, `complaint.unknown`, `text.invalid`, `idempotency-key.malformed`,
    `idempotency-key.reused`.
    """
    keys = await _keys(work, [(one.author, one.complaint_id) for one in asked])
    claims = [_claim(work.kit, one) for one in asked]
    await idempotency.claim(work.session, [one for one in claims if one], work.now)
    texts = [_sealed(work, keys[one.complaint_id], one) for one in asked]
    added = await store.texts.add(work.session, texts)
    again = [one.claim for one in texts if one.claim and one.text_id not in added]
    known = await store.texts.claimed(work.session, again)
    for writing, text in zip(asked, texts, strict=True):
        if text.text_id in added:
            work.tell(_written(text), because=writing)
    return [Written(one, True) if one.text_id in added else Written(known[one.claim or b""], False) for one in texts]


async def texts_of(work: Work[Kit], principal: Principal, complaint_id: UUID) -> list[Text]:
    """What was written about the complaint, oldest first, without what it says.

    Raises Refused: `principal.not-allowed`, `complaint.unknown`.
    """
    await _keys(work, [(principal, complaint_id)])
    return await store.texts.of_complaint(work.session, complaint_id)


async def open_text(
    work: Work[Kit], principal: Principal, complaint_id: UUID, text_id: UUID, purpose: Purpose
) -> OpenedText:
    """A text with what it says, after it was written down who looks at it and what for (rules 7).

    Raises Refused: `principal.not-allowed`, `complaint.unknown`, `text.unknown`.
    """
    keys = await _keys(work, [(principal, complaint_id)])
    text = await store.texts.sealed(work.session, complaint_id, text_id)
    if text is None:
        raise Refused("text.unknown")
    _let_read(principal, text)
    await audit.append(work.session, principal, "text.read", text_id, purpose, work.now)
    vault = work.kit.vault
    said = vault.open(vault.unwrap(keys[complaint_id]), text.content, about(text_id, "text"))
    return OpenedText(text, said.decode())


async def follow(work: Work[Kit], facts: Sequence[TicketFact]) -> None:
    """Keep who takes part in complaints, which go on in others, and what the desk decided, as their tickets live."""
    held = await store.participants.of_complaints(work.session, {fact.complaint_id for fact in facts})
    await store.participants.save(work.session, domain.follow(held, facts))
    await store.decisions.save(work.session, domain.decisions(facts))
    await store.words.close(work.session, domain.closings(facts))
    await repeating.follow(work, facts)


def fingerprint(kit: Kit, submission: Submission) -> bytes:
    """What a submission is compared by; without the key nobody can test a guess of what it says."""
    return kit.vault.blind(b"submission\0" + submission.canonical)


def secret(kit: Kit, complaint_id: UUID) -> str:
    """The reporter's secret, drawn from the id by a key outside the database: each time the same, stored as a hash."""
    return domain.secret(kit.vault.blind(b"secret\0" + complaint_id.bytes))


def _firsts(submissions: Sequence[Submission], prints: Sequence[bytes]) -> dict[At, tuple[Submission, bytes]]:
    """The submissions without what is said twice among them, each with its fingerprint."""
    firsts: dict[At, tuple[Submission, bytes]] = {}
    for one, print_ in zip(submissions, prints, strict=True):
        firsts.setdefault(one.at, (one, print_))
    return firsts


async def _tell(work: Work[Kit], new: Sequence[tuple[Entry, Submission]]) -> None:
    """Tell what is registered; the reply to what was solved on the spot is a text like any other (rules 2.4)."""
    replies = {entry.complaint_id: _reply(work, entry, one.form.solved) for entry, one in new if one.form.solved}
    await store.texts.add(work.session, list(replies.values()))
    ranked = await _ranked(work, new)
    repeats = await repeating.said(work, [(entry.complaint_id, one.form) for entry, one in new])
    for entry, submission in new:
        reply = replies.get(entry.complaint_id)
        repeated = repeats.get(entry.complaint_id)
        fact = _registered(entry, submission.form.solved, reply, ranked[entry.complaint_id], repeated)
        work.tell(fact, because=submission)
        if reply:
            work.tell(_written(reply), because=submission)


async def _ranked(work: Work[Kit], new: Sequence[tuple[Entry, Submission]]) -> dict[UUID, Ranked]:
    """What they may be about, by complaint."""
    ranked = await ranking.candidates(work, [one.form for _, one in new])
    return {entry.complaint_id: found for (entry, _), found in zip(new, ranked, strict=True)}


def _reply(work: Work[Kit], entry: Entry, solved: Solved) -> SealedText:
    author = Principal(f"channel.{entry.channel}")
    return _sealed(work, entry.wrapped_key, Writing(author, entry.complaint_id, TextKind.REPLY, solved.reply))


def _entry(work: Work[Kit], submission: Submission, fingerprint: bytes) -> Entry:
    complaint_id, vault, form = work.new_id(), work.kit.vault, submission.form
    key = vault.new_key()
    return Entry(
        complaint_id=complaint_id,
        channel=submission.channel.value,
        source_id=form.source_id,
        registered_at=work.now,
        receipt=domain.receipt(complaint_id, work.now),
        fingerprint=fingerprint,
        submitted_at=form.submitted_at,
        reporter_kind=form.reporter.kind.value,
        matter_code=form.matter_code,
        place_code=form.place_code,
        secret_hash=domain.secret_hash(secret(work.kit, complaint_id)),
        wrapped_key=key.wrapped,
        raw=vault.seal(key, submission.raw, about(complaint_id, "raw")),
        content=vault.seal(key, submission.content, about(complaint_id, "content")),
    )


def _registered(
    entry: Entry, solved: Solved | None, reply: Text | None, ranked: Ranked, repeats: UUID | None
) -> ComplaintRegistered:
    return ComplaintRegistered(
        complaint_id=entry.complaint_id,
        channel=Channel(entry.channel),
        reporter_kind=ReporterKind(entry.reporter_kind),
        submitted_at=entry.submitted_at,
        registered_at=entry.registered_at,
        matter_code=entry.matter_code,
        place_code=entry.place_code,
        solved_cause=solved.cause if solved else None,
        solved_text_id=reply.text_id if reply else None,
        candidates=ranked.candidates,
        ranked_by=ranked.by,
        repeats=repeats,
    )


async def _keys(work: Work[Kit], asked: Collection[tuple[Principal, UUID]]) -> dict[UUID, bytes]:
    """The wrapped keys of complaints for those who may see them.

    Raises Refused: `principal.not-allowed`, `complaint.unknown`.
    """
    await _let_in(work, asked)
    complaint_ids = {complaint_id for _, complaint_id in asked}
    keys = await store.complaints.keys(work.session, complaint_ids)
    if len(keys) < len(complaint_ids):
        raise Refused("complaint.unknown")
    return keys


async def _let_in(work: Work[Kit], asked: Collection[tuple[Principal, UUID]]) -> None:
    """Let a unit see the complaints in which it takes part. Raises Refused("principal.not-allowed") at others.

    Whether there is such a complaint at all is not told to it.
    """
    units = {(complaint_id, who.rest) for who, complaint_id in asked if who.kind == "unit"}
    if units - await store.participants.taking_part(work.session, units):
        raise Refused("principal.not-allowed")


def _let_read(principal: Principal, text: Text) -> None:
    """Let the office read what it wrote itself. Raises Refused("principal.not-allowed") for what others wrote."""
    if principal.kind == "office" and text.author != principal.name:
        raise Refused("principal.not-allowed")


def _claim(kit: Kit, writing: Writing) -> Claim | None:
    """The claim of a request's key; without the vault's key nobody can test a guess of what it says."""
    if writing.key is None:
        return None
    blinded = kit.vault.blind(b"text\0" + writing.text.encode())
    asked = idempotency.fingerprint(b"text", writing.complaint_id.bytes, writing.kind.encode(), blinded)
    return Claim(writing.author, writing.key, asked)


def _recognised(writing: Writing) -> bytes | None:
    """What a request with a key is found again by."""
    if writing.key is None:
        return None
    return idempotency.fingerprint(writing.author.name.encode(), writing.key.encode())


def _sealed(work: Work[Kit], wrapped_key: bytes, writing: Writing) -> SealedText:
    text_id, vault = work.new_id(), work.kit.vault
    said = domain.wording(writing.text, work.kit.policy).encode()
    return SealedText(
        text_id=text_id,
        complaint_id=writing.complaint_id,
        kind=writing.kind,
        author=writing.author.name,
        written_at=work.now,
        claim=_recognised(writing),
        content=vault.seal(vault.unwrap(wrapped_key), said, about(text_id, "text")),
    )


def _written(text: Text) -> ComplaintTextWritten:
    return ComplaintTextWritten(
        complaint_id=text.complaint_id,
        text_id=text.text_id,
        kind=text.kind,
        author=text.author,
        written_at=text.written_at,
    )
