"""Improvements over HTTP: those that wait, and what is done about each: an owner, a measure, a result (rules 5.5)."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict

from chassis import web
from chassis.security import Principal
from chassis.work import Work
from contracts.actions import Said
from contracts.base import Instant
from contracts.ids import UnitCode
from contracts.improvements import DocumentNumber
from contracts.refusals import Refused
from contracts.vocabulary import Cause, DismissalReason, ImprovementResult, ImprovementState, Measure
from revisit import domain, usecases
from revisit.api import callers
from revisit.domain import improvements
from revisit.usecases import Improving, Kit

router = APIRouter(prefix="/improvements")


class Step(BaseModel):
    """Something that somebody did about it: an owner, a measure, a result or a reason against it."""

    action_id: UUID
    by: str
    at: Instant
    unit: str | None = None
    measure: Measure | None = None
    result: ImprovementResult | None = None
    reason: DismissalReason | None = None
    document_number: str | None = None

    @classmethod
    def of(cls, step: improvements.Step) -> "Step":
        """The step, with what was done."""
        return cls(action_id=step.action_id, by=step.by, at=step.at, **asdict(step.act))


class Return(BaseModel):
    """It came back, by a ticket that was finished."""

    model_config = ConfigDict(from_attributes=True)

    returned_by: UUID
    finished_at: Instant
    returned_at: Instant


class Improvement(BaseModel):
    """An improvement as it stands, why it was proposed, and all that was done; `unit` answers for it if it is `owned`.

    From `first` to `last` there were `finishes`. It is watched until `watched_until`.
    """

    improvement_id: UUID
    matter_code: str
    cause: Cause
    number: int
    first: date
    last: date
    finishes: int
    tipped_by: UUID
    proposed_at: Instant
    state: ImprovementState
    since: Instant
    owned: bool
    unit: str | None
    done_at: Instant | None
    watched_until: Instant | None
    steps: list[Step]
    returns: list[Return]

    @classmethod
    def of(cls, improvement: domain.Improvement) -> "Improvement":
        """The improvement."""
        plain = {name: getattr(improvement, name, None) for name in cls.model_fields}
        listed = {"steps": list(map(Step.of, improvement.steps)), "returns": improvement.returns}
        return cls.model_validate(plain | improvement.blockage._asdict() | listed, from_attributes=True)


class Owned(Said):
    """Who answers for it; null for the centre itself."""

    unit: UnitCode | None


class Measured(Said):
    """What is done; the document says it in words."""

    measure: Measure
    document_number: DocumentNumber | None = None


class Done(Said):
    """What came of it."""

    result: ImprovementResult
    document_number: DocumentNumber | None = None


class Dismissed(Said):
    """Why nothing is improved."""

    reason: DismissalReason


@router.get("")
async def worklist(
    work: Annotated[Work[Kit], web.InWork],
    who: Annotated[Principal, Depends(callers.reader)],
    response: Response,
    state: ImprovementState,
    unit: Annotated[UnitCode | None, Query(description="a unit's code, or `centre`")] = None,
    after: UUID | None = None,
    limit: web.Limit = 100,
) -> list[Improvement]:
    """Improvements that stand so, oldest first; of all, or of one owner.

    While there may be more, a `Link` header names the next page.
    """
    found = await usecases.improving.improvements(work, state, callers.of_own(who, unit), after, limit)
    if len(found) == limit:
        asked: dict[str, Any] = {"state": state, "unit": unit, "after": found[-1].improvement_id, "limit": limit}
        web.link_next(response, "/v1/improvements", **asked)
    return list(map(Improvement.of, found))


@router.get("/{improvement_id}")
async def look(
    improvement_id: UUID, who: Annotated[Principal, Depends(callers.reader)], work: Annotated[Work[Kit], web.InWork]
) -> Improvement:
    """One improvement, a unit its own."""
    found = await usecases.improving.one(work, improvement_id)
    if who.kind == "unit" and who.rest != found.unit:
        raise Refused("improvement.unknown")
    return Improvement.of(found)


@router.post("/{improvement_id}/owners")
async def own(
    improvement_id: UUID,
    said: Owned,
    who: Annotated[str, Depends(callers.improver)],
    work: Annotated[Work[Kit], web.InWork],
) -> Improvement:
    """Let a unit answer for it, or the centre."""
    return await _done(work, improvement_id, said, who, improvements.Own(said.unit))


@router.post("/{improvement_id}/measures")
async def measure(
    improvement_id: UUID,
    said: Measured,
    who: Annotated[str, Depends(callers.improver)],
    work: Annotated[Work[Kit], web.InWork],
) -> Improvement:
    """Decide what is done."""
    return await _done(work, improvement_id, said, who, improvements.Decide(said.measure, said.document_number))


@router.post("/{improvement_id}/results")
async def finish(
    improvement_id: UUID,
    said: Done,
    who: Annotated[str, Depends(callers.improver)],
    work: Annotated[Work[Kit], web.InWork],
) -> Improvement:
    """Say what came of the measure; from now on it is watched."""
    return await _done(work, improvement_id, said, who, improvements.Finish(said.result, said.document_number))


@router.post("/{improvement_id}/dismissals")
async def dismiss(
    improvement_id: UUID,
    said: Dismissed,
    who: Annotated[str, Depends(callers.improver)],
    work: Annotated[Work[Kit], web.InWork],
) -> Improvement:
    """Let nothing be improved."""
    return await _done(work, improvement_id, said, who, improvements.Dismiss(said.reason))


async def _done(work: Work[Kit], improvement_id: UUID, said: Said, who: str, act: improvements.Act) -> Improvement:
    asked = Improving(said.action_id, who, said.officer, act)
    return Improvement.of(await usecases.improving.improve(work, improvement_id, asked))
