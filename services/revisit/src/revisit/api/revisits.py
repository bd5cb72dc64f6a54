"""The HTTP doors: worklists, what was tried and heard, and a ticket's answers side by side."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict

from chassis import web
from chassis.security import Principal, allow_own
from chassis.work import Work
from contracts.actions import Said
from contracts.base import Instant
from contracts.ids import UnitCode
from contracts.refusals import Refused
from contracts.revisits import Rating
from contracts.vocabulary import (
    AnswerSource,
    Channel,
    ContactMethod,
    RevisitKind,
    RevisitOutcome,
    RevisitResult,
    SampleRule,
)
from revisit import domain, usecases
from revisit.api import callers
from revisit.api.shown import BadRating, Finding
from revisit.usecases import Asked, Kit, Listed

router = APIRouter()

CENTRE = "centre"


class Attempt(BaseModel):
    """Somebody sought the reporter."""

    model_config = ConfigDict(from_attributes=True)

    attempt_id: UUID
    action_id: UUID
    outcome: RevisitOutcome
    method: ContactMethod
    attempted_at: Instant
    by: str


class Revisit(BaseModel):
    """Who asks, by when, from when on the reporter may be called, what was tried, and how it ended."""

    model_config = ConfigDict(from_attributes=True)

    revisit_id: UUID
    kind: RevisitKind
    finish: int
    unit: str | None
    caller: str | None
    planned_at: Instant
    due_at: Instant
    next_at: Instant
    sampled_by: SampleRule | None
    policy: int
    attempts: list[Attempt]
    result: RevisitResult | None
    closed_at: Instant | None


class Waiting(Revisit):
    """A revisit with its ticket. Whom to call is in the sealed original: intake is asked, with a purpose (rules 7)."""

    ticket_id: UUID
    complaint_id: UUID
    channel: Channel | None
    matter_code: str | None

    @classmethod
    def of(cls, listed: Listed) -> "Waiting":
        """The revisit of a case."""
        shown = {name: getattr(listed.revisit, name) for name in Revisit.model_fields}
        known = {name: getattr(listed.case, name) for name in ("ticket_id", "complaint_id", "channel", "matter_code")}
        return cls.model_validate(shown | known, from_attributes=True)


class Answer(BaseModel):
    """What the reporter said: to whom, about which finish."""

    model_config = ConfigDict(from_attributes=True)

    answer_id: UUID
    revisit_id: UUID | None
    finish: int
    source: AnswerSource
    rating: int | None
    solved: bool
    text_id: UUID | None
    answered_at: Instant
    by: str | None


class Compared(BaseModel):
    """What was said about one finish, side by side, and the second time; None where nothing was."""

    finish: int
    unit: Answer | None
    centre: Answer | None
    second: Answer | None
    reporter: Answer | None
    agree: bool | None


class TicketRevisits(BaseModel):
    """What was asked and heard about a ticket after each of its finishes."""

    ticket_id: UUID
    complaint_id: UUID
    unit: str | None
    finishes: int
    revisits: list[Revisit]
    answers: list[Compared]
    findings: list[Finding]
    bad_ratings: list[BadRating]


class Heard(BaseModel):
    """What the reporter said; `text_id` is the note of it, sealed with intake."""

    model_config = ConfigDict(extra="forbid")

    rating: Rating
    solved: bool
    text_id: UUID | None = None


class Tried(Said):
    """An attempt to ask."""

    outcome: RevisitOutcome
    method: ContactMethod
    attempted_at: AwareDatetime
    answer: Heard | None = None


@router.get("/revisits")
async def worklist(
    work: Annotated[Work[Kit], web.InWork],
    who: Annotated[Principal, Depends(callers.reader)],
    response: Response,
    unit: Annotated[UnitCode, Query(description="a unit's code, or `centre`")],
    after: UUID | None = None,
    limit: web.Limit = 100,
) -> list[Waiting]:
    """Whom a unit, or the centre, has to ask and may call now, due first, after the revisit that was seen last.

    While there may be more, a `Link` header names the next page.
    """
    allow_own(who, unit)
    found = await usecases.worklist(work, None if unit == CENTRE else unit, after, limit)
    if len(found) == limit:
        web.link_next(response, "/v1/revisits", unit=unit, after=found[-1].revisit.revisit_id, limit=limit)
    return list(map(Waiting.of, found))


@router.post("/revisits/{revisit_id}/attempts")
async def attempt(
    revisit_id: UUID,
    tried: Tried,
    unit: Annotated[str | None, Depends(callers.caller)],
    work: Annotated[Work[Kit], web.InWork],
) -> Waiting:
    """Put on record that the reporter was sought, and what was heard; said again, it is the same answer."""
    heard = domain.Heard(tried.answer.rating, tried.answer.solved, tried.answer.text_id) if tried.answer else None
    asked = Asked(
        revisit_id,
        tried.action_id,
        unit,
        tried.officer,
        tried.outcome,
        tried.method,
        tried.attempted_at,
        heard,
    )
    return Waiting.of(await usecases.attempt(work, asked))


@router.get("/tickets/{ticket_id}/revisits")
async def of_ticket(
    ticket_id: UUID, who: Annotated[Principal, Depends(callers.reader)], work: Annotated[Work[Kit], web.InWork]
) -> TicketRevisits:
    """Everything that was asked and heard about a ticket; a unit sees its own, and what the centre heard after it."""
    case: domain.Case | None = await usecases.case_of(work, ticket_id)
    if who.kind == "unit" and case:
        case = domain.seen_by(who.rest, case)
    if case is None:
        raise Refused("ticket.unknown")
    return TicketRevisits(
        ticket_id=case.ticket_id,
        complaint_id=case.complaint_id,
        unit=case.unit,
        finishes=case.finishes,
        revisits=list(map(Revisit.model_validate, case.life.revisits)),
        answers=[_compared(case, finish) for finish in sorted({one.finish for one in case.life.answers})],
        findings=list(map(Finding.model_validate, case.life.findings)),
        bad_ratings=list(map(BadRating.model_validate, case.life.bad_ratings)),
    )


_SIDES = (AnswerSource.UNIT, AnswerSource.CENTRE, AnswerSource.SECOND, AnswerSource.REPORTER)


def _compared(case: domain.Case, finish: int) -> Compared:
    unit, centre, second, reporter = (case.answer(finish, source) for source in _SIDES)
    said = [one.solved for one in (unit, centre, reporter) if one]
    agree = len(set(said)) == 1 if len(said) > 1 else None
    shown = [Answer.model_validate(one) if one else None for one in (unit, centre, second, reporter)]
    return Compared(finish=finish, unit=shown[0], centre=shown[1], second=shown[2], reporter=shown[3], agree=agree)
