"""The centre's door: what waits for a person, what was said, what is decided, and how much there was (rules 6)."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, BaseModel

from chassis import web
from chassis.security import Principal
from chassis.work import Work
from contracts.actions import Said
from contracts.portal import CityKey
from contracts.refusals import Refused
from contracts.vocabulary import (
    CityChannel,
    FeedbackDismissal,
    FeedbackReason,
    FeedbackState,
    FeedbackWay,
    Purpose,
)
from portal_bridge import usecases
from portal_bridge.api import callers
from portal_bridge.domain import Decision, Feedback
from portal_bridge.usecases import Kit

router = APIRouter(prefix="/feedback", dependencies=[Depends(web.caller), web.limited])

_LONGEST_SPAN = timedelta(days=366)


class Shown(BaseModel):
    """A feedback by its codes and times."""

    city_key: str
    way: FeedbackWay
    place_code: str
    unit_credit_code: str
    matter_code: str | None
    project_number: str | None
    pf: CityChannel
    pf_name: str
    rating: int | None
    assess_number: int
    corrects: str | None
    default_rating: bool
    happened_at: datetime
    received_at: datetime
    entered_at: datetime
    state: FeedbackState
    state_name: str
    reason: FeedbackReason
    reason_name: str
    dismissal: FeedbackDismissal | None
    settled_at: datetime | None
    settled_by: str | None
    complaint_id: UUID | None

    @classmethod
    def of(cls, one: Feedback) -> Self:
        """The feedback as it is shown."""
        pf = CityChannel(one.pf)
        names = {"pf_name": pf.chinese, "state_name": one.state.chinese, "reason_name": one.reason.chinese}
        said = {name: getattr(one, name) for name in cls.model_fields if name not in names}
        return cls.model_validate(said | names)


class OpenedFeedback(BaseModel):
    """A feedback with the complaint that it is; null as soon as intake has it, or where it is none."""

    feedback: Shown
    complaint: dict[str, Any] | None


class FigureShown(BaseModel):
    """How many the city received of one kind."""

    state: FeedbackState
    reason: FeedbackReason
    pf: CityChannel
    rating: int | None
    assess_number: int
    default_rating: bool
    many: int


class RefusalShown(BaseModel):
    """Something of the city that was refused; `fields` say where and why, as `path: kind`."""

    number: int
    city_key: str | None
    way: FeedbackWay
    code: str
    fields: list[str]
    refused_at: datetime


class Accepted(Said):
    """It is a complaint."""


class Dismissed(Said):
    """It is none."""

    reason: FeedbackDismissal


@router.get("", dependencies=[Depends(callers.centre)])
async def listed(
    work: Annotated[Work[Kit], web.InWork],
    response: Response,
    state: FeedbackState = FeedbackState.WAITING,
    after: CityKey | None = None,
    limit: web.Limit = 100,
) -> list[Shown]:
    """What waits for the centre, or is in another state, as it came; while there may be more, `Link` names the next."""
    found = await usecases.centre.listed(work, state, after, limit)
    if len(found) == limit:
        web.link_next(response, "/v1/feedback", state=state, after=found[-1].city_key, limit=limit)
    return list(map(Shown.of, found))


@router.get("/figures", dependencies=[Depends(callers.overseer)])
async def figures(
    work: Annotated[Work[Kit], web.InWork], since: AwareDatetime, until: AwareDatetime
) -> list[FigureShown]:
    """How many the city received from an instant on, before another one, a year at most; what is no complaint too."""
    if not timedelta(0) < until - since <= _LONGEST_SPAN:
        raise Refused("request.invalid", fields=["until: span"])
    return [FigureShown(**one._asdict()) for one in await usecases.centre.figures(work, since, until)]


@router.get("/refusals", dependencies=[Depends(callers.centre)])
async def refusals(
    work: Annotated[Work[Kit], web.InWork], after: Annotated[int, Query(ge=0, le=2**53)] = 0, limit: web.Limit = 100
) -> list[RefusalShown]:
    """What was refused of what the city sent, in the order in which it first came, after a number."""
    return [RefusalShown(**one._asdict()) for one in await usecases.centre.refusals(work, after, limit)]


@router.get("/{city_key}")
async def opened(
    city_key: CityKey,
    purpose: Purpose,
    who: Annotated[Principal, Depends(callers.centre)],
    work: Annotated[Work[Kit], web.InWork],
) -> OpenedFeedback:
    """One with what was said, for a purpose; audited before it is answered."""
    found = await usecases.centre.open_one(work, who, city_key, purpose)
    return OpenedFeedback(feedback=Shown.of(found.feedback), complaint=found.complaint)


@router.post("/{city_key}/acceptances")
async def accept(
    city_key: CityKey,
    said: Accepted,
    who: Annotated[Principal, Depends(callers.centre)],
    work: Annotated[Work[Kit], web.InWork],
) -> Shown:
    """Find that it is a complaint: it goes to intake (rules 6)."""
    decision = Decision(said.action_id, f"{who.name}/{said.officer}", None, work.now)
    return Shown.of(await usecases.centre.decide(work, city_key, decision))


@router.post("/{city_key}/dismissals")
async def dismiss(
    city_key: CityKey,
    said: Dismissed,
    who: Annotated[Principal, Depends(callers.centre)],
    work: Annotated[Work[Kit], web.InWork],
) -> Shown:
    """Find that it is none, for a reason; what was said is forgotten."""
    decision = Decision(said.action_id, f"{who.name}/{said.officer}", said.reason, work.now)
    return Shown.of(await usecases.centre.decide(work, city_key, decision))
