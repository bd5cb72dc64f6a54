"""Bad ratings over HTTP: those that wait for an explanation, and what a unit says about one (rules 5.4)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis import web
from chassis.security import Principal, allow_own
from chassis.work import Work
from contracts.actions import Said
from contracts.ids import UnitCode
from contracts.vocabulary import RatingReply
from revisit import domain, usecases
from revisit.api import callers
from revisit.api.shown import BadRatingOfTicket
from revisit.usecases import Done, Kit

router = APIRouter(prefix="/ratings")


class Explained(Said):
    """What was said, sealed with intake."""

    how: RatingReply
    text_id: UUID


@router.get("")
async def worklist(
    work: Annotated[Work[Kit], web.InWork],
    who: Annotated[Principal, Depends(callers.reader)],
    response: Response,
    unit: Annotated[UnitCode | None, Query(description="a unit's code, or `centre`")] = None,
    after: UUID | None = None,
    limit: web.Limit = 100,
) -> list[BadRatingOfTicket]:
    """What waits for an explanation or a correction, due first; of all, or of one unit. A unit sees its own.

    While there may be more, a `Link` header names the next page.
    """
    allow_own(who, unit)
    found = await usecases.unexplained(work, unit, after, limit)
    if len(found) == limit:
        web.link_next(response, "/v1/ratings", unit=unit, after=found[-1].rating.answer_id, limit=limit)
    return list(map(BadRatingOfTicket.of, found))


@router.post("/{answer_id}/explanations")
async def explain(
    answer_id: UUID,
    said: Explained,
    who: Annotated[str, Depends(callers.rectifier)],
    work: Annotated[Work[Kit], web.InWork],
) -> BadRatingOfTicket:
    """Explain or correct: the unit, or the centre where no unit had it. Then the centre asks a second time."""
    done = Done(said.action_id, who, said.officer, domain.Explained(answer_id, said.how, said.text_id))
    return BadRatingOfTicket.of(await usecases.explain(work, answer_id, done))
