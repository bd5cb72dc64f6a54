"""Findings over HTTP: flagged by hand, judged by the office, two of whom confirm; and those that wait for it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict

from chassis import web
from chassis.security import Principal
from chassis.work import Work
from contracts.actions import Said
from contracts.ids import UnitCode
from contracts.revisits import CircularNumber
from contracts.vocabulary import Duty, FindingKind
from revisit import domain, usecases
from revisit.api import callers
from revisit.api.shown import FindingOfTicket
from revisit.usecases import Done, Kit

router = APIRouter()


class Flagged(Said):
    """Why somebody raises it is sealed with intake."""

    finding: FindingKind
    text_id: UUID


class Circular(BaseModel):
    """通报, sealed with intake; without `due_at` the round is due by the term of 3 working days."""

    model_config = ConfigDict(extra="forbid")

    number: CircularNumber
    text_id: UUID
    due_at: AwareDatetime | None = None


class Proposed(Said):
    """A finding should be confirmed, or have its next round; why is sealed with intake."""

    reason_id: UUID
    circular: Circular


class Dismissed(Said):
    """It is none; why is sealed with intake."""

    reason_id: UUID


class Confirmed(Said):
    """A second person agrees to this proposal."""

    proposal_id: UUID


@router.get("/findings")
async def worklist(
    work: Annotated[Work[Kit], web.InWork],
    who: Annotated[Principal, Depends(callers.overseer)],
    response: Response,
    unit: Annotated[UnitCode | None, Query(description="a unit's code, or `centre`")] = None,
    after: UUID | None = None,
    limit: web.Limit = 100,
) -> list[FindingOfTicket]:
    """What waits for the office's judgement, or for its next round, flagged first; of all, or about one unit.

    While there may be more, a `Link` header names the next page.
    """
    found = await usecases.duties(work, Duty.JUDGEMENT, unit, after, limit)
    if len(found) == limit:
        web.link_next(response, "/v1/findings", unit=unit, after=found[-1].finding.finding_id, limit=limit)
    return list(map(FindingOfTicket.of, found))


@router.post("/tickets/{ticket_id}/findings")
async def flag(
    ticket_id: UUID,
    said: Flagged,
    who: Annotated[str, Depends(callers.flagger)],
    work: Annotated[Work[Kit], web.InWork],
) -> FindingOfTicket:
    """Raise a finding by hand, of the newest finish; said again, it is answered again."""
    done = Done(said.action_id, who, said.officer, domain.Flagged(said.finding, said.text_id))
    return FindingOfTicket.of(await usecases.flag(work, ticket_id, done))


@router.post("/findings/{finding_id}/proposals")
async def propose(
    finding_id: UUID,
    said: Proposed,
    who: Annotated[str, Depends(callers.judge)],
    work: Annotated[Work[Kit], web.InWork],
) -> FindingOfTicket:
    """Want it confirmed, or its next round opened, with a circular; a proposal before it is replaced."""
    circular = domain.Circular(said.circular.number, said.circular.text_id, said.circular.due_at)
    act = domain.Proposed(finding_id, said.reason_id, circular)
    return await _judged(work, finding_id, said, who, act)


@router.post("/findings/{finding_id}/confirmations")
async def confirm(
    finding_id: UUID,
    said: Confirmed,
    who: Annotated[str, Depends(callers.judge)],
    work: Annotated[Work[Kit], web.InWork],
) -> FindingOfTicket:
    """Agree to a proposal as the second person: a round is opened, and at the first the verdict is overturned."""
    return await _judged(work, finding_id, said, who, domain.Confirmed(finding_id, said.proposal_id))


@router.post("/findings/{finding_id}/dismissals")
async def dismiss(
    finding_id: UUID,
    said: Dismissed,
    who: Annotated[str, Depends(callers.judge)],
    work: Annotated[Work[Kit], web.InWork],
) -> FindingOfTicket:
    """Find that it is none; what was confirmed stays."""
    return await _judged(work, finding_id, said, who, domain.Dismissed(finding_id, said.reason_id))


async def _judged(work: Work[Kit], finding_id: UUID, said: Said, who: str, act: domain.Act) -> FindingOfTicket:
    done = Done(said.action_id, who, said.officer, act)
    return FindingOfTicket.of(await usecases.judge(work, finding_id, done))
