"""Rounds of supervision over HTTP: what a unit put right, what the centre thinks of it, and those that wait for it."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis import web
from chassis.security import Principal, allow_own
from chassis.work import Work
from contracts.actions import Said
from contracts.ids import UnitCode
from contracts.vocabulary import Duty
from revisit import domain, usecases
from revisit.api import callers
from revisit.api.shown import RoundOfTicket
from revisit.usecases import Done, Kit

router = APIRouter(prefix="/rounds")


class Reported(Said):
    """What was put right, sealed with intake."""

    text_id: UUID


class Checked(Said):
    """Whether it will do, and why, sealed with intake."""

    passed: bool
    reason_id: UUID


@router.get("")
async def worklist(
    work: Annotated[Work[Kit], web.InWork],
    who: Annotated[Principal, Depends(callers.reader)],
    response: Response,
    duty: Literal[Duty.RECTIFICATION, Duty.CHECK],
    unit: Annotated[UnitCode | None, Query(description="a unit's code, or `centre`")] = None,
    after: UUID | None = None,
    limit: web.Limit = 100,
) -> list[RoundOfTicket]:
    """What waits for rectification, or for the check, opened first; of all, or of one unit. A unit sees its own.

    While there may be more, a `Link` header names the next page.
    """
    allow_own(who, unit)
    found = await usecases.duties(work, duty, unit, after, limit)
    shown = list(map(RoundOfTicket.of, found))
    if len(shown) == limit:
        web.link_next(response, "/v1/rounds", duty=duty, unit=unit, after=shown[-1].round_id, limit=limit)
    return shown


@router.post("/{round_id}/rectifications")
async def report(
    round_id: UUID,
    said: Reported,
    who: Annotated[str, Depends(callers.rectifier)],
    work: Annotated[Work[Kit], web.InWork],
) -> RoundOfTicket:
    """Say what was put right: the unit, or the centre where no unit had it."""
    done = Done(said.action_id, who, said.officer, domain.Reported(round_id, said.text_id))
    return RoundOfTicket.of(await usecases.rectify(work, round_id, done))


@router.post("/{round_id}/checks")
async def check(
    round_id: UUID,
    said: Checked,
    who: Annotated[str, Depends(callers.checker)],
    work: Annotated[Work[Kit], web.InWork],
) -> RoundOfTicket:
    """Say whether it will do; what does not waits for the office to open the next round."""
    done = Done(said.action_id, who, said.officer, domain.Checked(round_id, said.passed, said.reason_id))
    return RoundOfTicket.of(await usecases.rectify(work, round_id, done))
