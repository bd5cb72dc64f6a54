"""The HTTP doors: a channel submits and asks for receipts; who may see a complaint looks at it and writes about it."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from chassis import idempotency, web
from chassis.idempotency import Claim
from chassis.security import Principal, allow
from chassis.work import Work
from contracts.base import Instant
from contracts.refusals import Refused
from contracts.vocabulary import Channel, Purpose, TextKind
from intake import domain, usecases
from intake.domain import ComplaintForm, SourceId, Submission
from intake.usecases import Answered, Asked, Kit, Writing, Written

router = APIRouter(prefix="/v1")


class Receipt(BaseModel):
    """What the reporter is given: the receipt to ask with, and the secret that proves it is theirs."""

    source_id: str
    complaint_id: UUID
    receipt: str
    secret: str
    registered_at: Instant


class Complaint(BaseModel):
    """One complaint, with what it says as it was normalised.

    `linked_to` is the complaint in whose ticket it goes on, `linked` are those that go on in its own.
    """

    complaint_id: UUID
    channel: Channel
    receipt: str
    registered_at: Instant
    content: dict[str, Any]
    linked_to: UUID | None
    linked: list[UUID]


class Near(BaseModel):
    """A complaint of the same reporter that may say the same, and why: what is known and alike, and how far apart."""

    model_config = ConfigDict(from_attributes=True)

    complaint_id: UUID
    known_by: domain.KnownBy
    matter: domain.Likeness
    place: domain.Likeness
    days_apart: float


class TextForm(BaseModel):
    """What is written about a complaint: its kind, and the text, which is sealed."""

    model_config = ConfigDict(extra="forbid")

    kind: TextKind
    text: str


class Text(BaseModel):
    """What is known of a text without opening it."""

    model_config = ConfigDict(from_attributes=True)

    text_id: UUID
    kind: TextKind
    author: str
    written_at: Instant


class OpenedText(Text):
    """A text with what it says."""

    text: str


async def channel(who: Annotated[Principal, web.Caller]) -> Channel:
    """The channel whose credential this is. Raises Refused("principal.not-allowed") for everybody else."""
    allow(who, "channel")
    if who.rest not in set(Channel):
        raise Refused("principal.not-allowed")
    return Channel(who.rest)


async def submitted(request: Request, said_by: Annotated[Channel, Depends(channel)]) -> Submission:
    """The submission in the body, as received: read whole before a transaction is opened for it."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused("request.media-type")
    return domain.read(said_by, await request.body())


async def asked(
    request: Request,
    submission: Annotated[Submission, Depends(submitted)],
    who: Annotated[Principal, web.Caller],
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Asked:
    """The submission with the claim of its `Idempotency-Key`. Raises Refused("idempotency-key.malformed")."""
    if idempotency_key is None:
        return Asked(submission)
    blinded = usecases.fingerprint(request.app.state.runtime.kit, submission)
    return Asked(submission, Claim(who, idempotency_key, idempotency.fingerprint(b"complaint", blinded)))


def _inlined(schema: Any, parts: dict[str, Any]) -> Any:
    """The schema with the parts that it refers to in their places."""
    match schema:
        case {"$ref": str(part)}:
            return _inlined(parts[part.rpartition("/")[2]], parts)
        case dict():
            return {name: _inlined(said, parts) for name, said in schema.items() if name != "$defs"}
        case list():
            return [_inlined(one, parts) for one in schema]
    return schema


_DAY = timedelta(days=1)
_FORM = ComplaintForm.model_json_schema()
_BODY = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": _inlined(_FORM, _FORM["$defs"])}}}
}
_AGAIN: dict[int | str, dict[str, Any]] = {200: {"model": Receipt, "description": "It was registered before"}}


class Described(BaseModel):
    """What somebody wants done, in their words, and how many candidates are wanted."""

    model_config = ConfigDict(extra="forbid")

    subject: str = Field(max_length=200)
    text: str = Field(max_length=10_000)
    limit: int = Field(default=5, ge=1, le=20)


class Candidate(BaseModel):
    """What it may be about: the unit behind it, a score from 0 to 1, and the words that counted."""

    model_config = ConfigDict(from_attributes=True)

    label: str
    name: str
    matter: str | None
    unit: str | None
    score: float
    certain: bool
    why: list[str]


class Explained(BaseModel):
    """What a complaint may be about as the newest model ranks it: its words are in `why`."""

    model_config = ConfigDict(from_attributes=True)

    complaint_id: UUID
    ranked_by: int | None
    candidates: list[Candidate]


@router.post("/complaints", status_code=201, responses=_AGAIN, openapi_extra=_BODY, dependencies=[web.limited])
async def submit(
    asked: Annotated[Asked, Depends(asked)],
    register: Annotated[web.Together[Asked, Answered], web.together(usecases.submit)],
    response: Response,
) -> Receipt:
    """Register a complaint: 201 the first time, 200 and the same answer again."""
    answered = await register(asked)
    response.status_code = 201 if answered.first else 200
    return _receipt(answered)


@router.get("/receipts", dependencies=[web.limited])
async def receipts(
    source_id: Annotated[list[SourceId], Query(max_length=100)],
    said_by: Annotated[Channel, Depends(channel)],
    work: Annotated[Work[Kit], web.InWork],
) -> list[Receipt]:
    """The receipts of the channel's own complaints; those it has not got registered are absent."""
    return list(map(_receipt, await usecases.receipts(work, said_by, source_id)))


class WordForm(BaseModel):
    """The reporter's own word, under an id of the sender's own: said again, it is answered again.

    `rating` is one of five levels; 一键未解决 is `solved: false` without one.
    """

    model_config = ConfigDict(extra="forbid")

    word_id: UUID
    secret: str = Field(min_length=16, max_length=24)
    rating: int | None = Field(default=None, ge=1, le=5)
    solved: bool


class KeptWord(BaseModel):
    """The word as it was kept; it is about the reply given at `closed_at`."""

    word_id: UUID
    rating: int | None
    solved: bool
    closed_at: Instant
    said_at: Instant


@router.post("/complaints/{receipt}/words", dependencies=[web.limited, Depends(channel)])
async def rate(
    receipt: Annotated[str, Path(max_length=32)], form: WordForm, work: Annotated[Work[Kit], web.InWork]
) -> KeptWord:
    """Take the reporter's own word on the reply, by receipt and secret, once for each; said again, it is the same."""
    kept = await usecases.rate(work, receipt, form.secret, domain.Word(form.word_id, form.rating, form.solved))
    return KeptWord(**asdict(kept.word), closed_at=kept.closed_at, said_at=kept.said_at)


async def looker(who: Annotated[Principal, web.Caller]) -> Principal:
    """One who may see what complaints say, a unit those in which it takes part (rules 6).

    Raises Refused("principal.not-allowed") for everybody else.
    """
    allow(who, "service", "centre", "unit")
    return who


async def writer(who: Annotated[Principal, web.Caller]) -> Principal:
    """One who may write about complaints: who may see them, and the office, which sees what it wrote (rules 5.3, 6).

    Raises Refused("principal.not-allowed") for everybody else.
    """
    allow(who, "service", "centre", "unit", "office")
    return who


async def stated(
    purpose: Annotated[str | None, Query(json_schema_extra={"enum": list(Purpose)})] = None,
) -> Purpose:
    """What a complaint is looked at for. Raises Refused("purpose.missing") unless it is one of the purposes."""
    if purpose not in set(Purpose):
        raise Refused("purpose.missing")
    return Purpose(purpose)


@router.get("/complaints/{complaint_id}/ranking")
async def why(
    complaint_id: UUID,
    who: Annotated[Principal, Depends(looker)],
    purpose: Annotated[Purpose, Depends(stated)],
    work: Annotated[Work[Kit], web.InWork],
    limit: Annotated[int, Query(ge=1, le=20)] = 5,
) -> Explained:
    """What one complaint may be about and why, ranked anew; audited before it is answered, as looking at it is."""
    found = await usecases.explain(work, who, complaint_id, purpose, limit)
    return Explained.model_validate(found)


@router.get("/complaints/{complaint_id}")
async def look(
    complaint_id: UUID,
    who: Annotated[Principal, Depends(looker)],
    purpose: Annotated[Purpose, Depends(stated)],
    work: Annotated[Work[Kit], web.InWork],
) -> Complaint:
    """One complaint with what it says; who looked and what for is written down before it is answered (rules 7)."""
    opened = await usecases.open_one(work, who, complaint_id, purpose)
    return Complaint.model_validate(opened, from_attributes=True)


async def centre(who: Annotated[Principal, web.Caller]) -> Principal:
    """The centre, or a service for it. Raises Refused("principal.not-allowed") for everybody else (rules 6)."""
    allow(who, "service", "centre")
    return who


@router.get("/complaints/{complaint_id}/near")
async def near(
    complaint_id: UUID,
    who: Annotated[Principal, Depends(centre)],
    purpose: Annotated[Purpose, Depends(stated)],
    work: Annotated[Work[Kit], web.InWork],
) -> list[Near]:
    """Complaints that may say the same, the likeliest first, and why; whoever links them has judged so (rules 2.5)."""
    found = await usecases.repeating.near(work, who, complaint_id, purpose)
    return [Near(**asdict(one) | {"days_apart": round(one.apart / _DAY, 2)}) for one in found]


async def writing(
    complaint_id: UUID,
    body: TextForm,
    who: Annotated[Principal, Depends(writer)],
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Writing:
    """What is asked to be written, and by whom."""
    return Writing(who, complaint_id, body.kind, body.text, idempotency_key)


_WRITTEN: dict[int | str, dict[str, Any]] = {
    200: {"model": Text, "description": "It was written before under this `Idempotency-Key`"}
}


@router.post("/complaints/{complaint_id}/texts", status_code=201, responses=_WRITTEN, dependencies=[web.limited])
async def write(
    asked: Annotated[Writing, Depends(writing)],
    written: Annotated[web.Together[Writing, Written], web.together(usecases.write)],
    response: Response,
) -> Text:
    """Write about a complaint: 201 the first time, 200 and the same answer when the key is said again."""
    answered = await written(asked)
    response.status_code = 201 if answered.first else 200
    return Text.model_validate(answered.text)


@router.get("/complaints/{complaint_id}/texts")
async def texts(
    complaint_id: UUID, who: Annotated[Principal, Depends(looker)], work: Annotated[Work[Kit], web.InWork]
) -> list[Text]:
    """What was written about a complaint, oldest first, without what it says."""
    return list(map(Text.model_validate, await usecases.texts_of(work, who, complaint_id)))


@router.get("/complaints/{complaint_id}/texts/{text_id}")
async def look_at_text(
    complaint_id: UUID,
    text_id: UUID,
    who: Annotated[Principal, Depends(writer)],
    purpose: Annotated[Purpose, Depends(stated)],
    work: Annotated[Work[Kit], web.InWork],
) -> OpenedText:
    """A text with what it says; who looked and what for is written down before it is answered (rules 7)."""
    opened = await usecases.open_text(work, who, complaint_id, text_id, purpose)
    return OpenedText(**Text.model_validate(opened.text).model_dump(), text=opened.said)


async def asker(who: Annotated[Principal, web.Caller]) -> Principal:
    """One who may ask for matters. Raises Refused("principal.not-allowed") for everybody else."""
    allow(who, "service", "centre", "channel", "unit")
    return who


@router.post("/matters/rank", dependencies=[web.limited, Depends(asker)])
async def rank(body: Described, work: Annotated[Work[Kit], web.InWork]) -> list[Candidate]:
    """The matters that a text may be about, the likeliest first; nothing of it is kept."""
    found = await usecases.ranking.rank(work, body.subject, body.text, body.limit)
    return [Candidate(**asdict(one)) for one in found]


def _receipt(answered: Answered) -> Receipt:
    complaint = answered.complaint
    return Receipt(
        source_id=complaint.source_id,
        complaint_id=complaint.complaint_id,
        receipt=complaint.receipt,
        secret=answered.secret,
        registered_at=complaint.registered_at,
    )
