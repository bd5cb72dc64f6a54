"""Blockages over HTTP: what tickets are finished for again and again, most first (四(五), rules 5.5)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from chassis import web
from chassis.security import Principal
from chassis.work import Work
from contracts.ids import UnitCode
from contracts.vocabulary import Cause, ImprovementState
from revisit import usecases
from revisit.api import callers
from revisit.usecases import Kit, Ranking

router = APIRouter(prefix="/blockages")

_EARLIEST = date(2000, 1, 1)


class Blockage(BaseModel):
    """So many tickets of a matter were finished with one cause; `improvement_id` is the newest improvement of it."""

    matter_code: str
    cause: Cause
    finishes: int
    improvement_id: UUID | None
    state: ImprovementState | None

    @classmethod
    def of(cls, ranking: Ranking) -> "Blockage":
        """The blockage in its place."""
        known = ranking.improvement
        return cls(
            **ranking.blockage._asdict(),
            finishes=ranking.finishes,
            improvement_id=known.improvement_id if known else None,
            state=known.state if known else None,
        )


@router.get("")
async def ranking(
    work: Annotated[Work[Kit], web.InWork],
    who: Annotated[Principal, Depends(callers.reader)],
    unit: Annotated[UnitCode | None, Query(description="a unit's code, or `centre`")] = None,
    days: Annotated[int, Query(ge=1, le=92)] = 30,
    until: Annotated[date | None, Query(ge=_EARLIEST, description="in Shanghai, counted; today if none")] = None,
    limit: web.Limit = 50,
) -> list[Blockage]:
    """What tickets were finished for within so many days, most first; of all, or of one unit's."""
    found = await usecases.improving.rank(work, until, days, callers.of_own(who, unit), limit)
    return list(map(Blockage.of, found))
