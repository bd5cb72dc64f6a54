"""The centre's door to replies: how they stand with the city, what it did not take and why, and to correct that."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, ConfigDict

from chassis import web
from chassis.security import Principal
from chassis.work import Work
from contracts.actions import Said
from contracts.base import Instant
from contracts.portal import CityKey
from contracts.refusals import Refused
from contracts.vocabulary import Purpose, ReplyKind, ReplyState
from portal_bridge import usecases
from portal_bridge.api import callers
from portal_bridge.domain import STUCK, TEXT_UNKNOWN, Standing
from portal_bridge.usecases import Kit
from portal_bridge.usecases.replying import Correction

router = APIRouter(prefix="/replies", dependencies=[Depends(web.caller), web.limited])

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


class Reply(BaseModel):
    """A reply by its codes and times; its texts are sealed with intake, under the complaint `text_of`.

    `code` says why it is held.
    """

    model_config = ConfigDict(from_attributes=True)

    city_key: str
    complaint_id: UUID
    number: int
    kind: ReplyKind
    said_at: Instant
    unit: str | None
    text_of: UUID
    text_ids: list[UUID]
    attempts: int
    state: ReplyState
    status: int | None
    taken_at: Instant | None
    refused_at: Instant | None
    corrected_by: str | None
    state_name: str
    code: str | None

    @classmethod
    def of(cls, one: Standing) -> Self:
        """The reply as it is shown."""
        code = TEXT_UNKNOWN if one.state is ReplyState.HELD else None
        return cls.model_validate(one._asdict() | {"state_name": one.state.chinese, "code": code})


class OpenedReply(BaseModel):
    """A reply with the city's words about it, where it did not take it."""

    reply: Reply
    words: str | None


class Corrected(Said):
    """`action_id` is the sender's own: said again, it is answered again. Without `text_id` it goes as it is."""

    text_id: UUID | None = None


def stuck_in(state: ReplyState = ReplyState.REFUSED) -> ReplyState:
    """What waits for the centre. Raises Refused("request.invalid") for other states."""
    if state not in STUCK:
        raise Refused("request.invalid", fields=["state: enum"])
    return state


@router.get("", dependencies=[Depends(callers.overseer)])
async def worklist(
    work: Annotated[Work[Kit], web.InWork],
    response: Response,
    state: Annotated[ReplyState, Depends(stuck_in)],
    after: CityKey | None = None,
    limit: web.Limit = 100,
) -> list[Reply]:
    """What the city did not take, and waits for the centre; while there may be more, `Link` names the next page."""
    found = await usecases.replying.stuck(work, state, after, limit)
    if len(found) == limit:
        web.link_next(response, "/v1/replies", state=state, after=found[-1].city_key, limit=limit)
    return list(map(Reply.of, found))


@router.get("/{city_key}", dependencies=[Depends(callers.overseer)])
async def of_item(city_key: CityKey, work: Annotated[Work[Kit], web.InWork]) -> list[Reply]:
    """The replies about an item, in order; none where nothing was said yet."""
    return list(map(Reply.of, await usecases.replying.standing(work, city_key)))


@router.get("/{city_key}/{number}")
async def opened(
    city_key: CityKey,
    number: Number,
    purpose: Purpose,
    who: Annotated[Principal, Depends(callers.centre)],
    work: Annotated[Work[Kit], web.InWork],
) -> OpenedReply:
    """One with the city's words; who reads them and what for is written down before it is answered (rules 7)."""
    found = await usecases.replying.show(work, who, city_key, number, purpose)
    return OpenedReply(reply=Reply.of(found.reply), words=found.words)


@router.post("/{city_key}/{number}/corrections")
async def correct(
    city_key: CityKey,
    number: Number,
    said: Corrected,
    who: Annotated[Principal, Depends(callers.centre)],
    work: Annotated[Work[Kit], web.InWork],
) -> Reply:
    """Send it again under its number, with another text that was sealed with intake, or as it is."""
    correction = Correction(said.action_id, f"{who.name}/{said.officer}", said.text_id)
    return Reply.of(await usecases.replying.correct(work, city_key, number, correction))
