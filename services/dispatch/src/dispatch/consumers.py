"""The topic doors: registered complaints, clocks that ran out, and what units' systems do to their tickets."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from chassis.consumer import Facts, Message, Messages
from chassis.work import Work
from contracts import topics
from contracts.actions import RequestedOnTopic
from contracts.clocks import ClockFact
from contracts.complaints import ComplaintFact
from contracts.refusals import Refused
from dispatch import usecases
from dispatch.usecases import Asked, Kit

complaints = Facts(topics.COMPLAINTS.name)


@complaints.batch
async def open_tickets(work: Work[Kit], facts: Sequence[ComplaintFact]) -> None:
    """Open tickets for what was registered."""
    await usecases.open_tickets(work, facts)


clocks = Facts(topics.CLOCKS.name)


@clocks.batch
async def deem_accepted(work: Work[Kit], facts: Sequence[ClockFact]) -> None:
    """Deem accepted what was not accepted by its due (rules 3.3)."""
    await usecases.deem_accepted(work, facts)


class _Ids(BaseModel):
    model_config = ConfigDict(extra="ignore")

    action_id: UUID
    ticket_id: UUID


def action(message: Message) -> Asked:
    """What a unit's system asks for, whose topic alone it can write to.

    Raises Refused("action.unreadable") when nobody could be answered; what is wrong beside the ids is answered.
    """
    said, unit = _json(message.value), message.topic.partition(".")[2]
    try:
        ids = _Ids.model_validate(said)
    except ValidationError:
        raise Refused("action.unreadable") from None
    try:
        requested = RequestedOnTopic.model_validate(said)
    except ValidationError as error:
        return Asked(unit, ids.ticket_id, ids.action_id, "unknown", None, _code(error))
    return Asked(unit, ids.ticket_id, ids.action_id, requested.do.action, requested)


def _json(value: bytes | None) -> Any:
    try:
        return orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        raise Refused("action.unreadable") from None


def _code(error: ValidationError) -> str:
    unknown = any(one["type"].startswith("union_tag") for one in error.errors(include_url=False, include_input=False))
    return "action.unknown" if unknown else "request.invalid"


_MOST = 100
"""500 are decided in 150 ms, in which nobody's complaint goes on; 100 in 30, for which each costs a little more."""

_REST = 2.0
"""A unit's backlog takes a third of the time, and others' complaints the rest (decision 0014)."""

actions = Messages(pattern=topics.ACTIONS, parse=action, most=_MOST, rest=_REST)


@actions.batch
async def act(work: Work[Kit], asked: Sequence[Asked]) -> None:
    """Do what units ask for, and answer each."""
    await usecases.act_for_units(work, asked)
