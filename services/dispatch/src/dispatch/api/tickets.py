"""Tickets over HTTP: the manual desk of the centre, single ones, what is done to them, and who held them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from chassis import web
from chassis.security import Principal, allow_own
from chassis.work import Work
from contracts.actions import Requested
from contracts.base import Instant
from contracts.refusals import Refused
from contracts.vocabulary import Capacity, Channel, DispatchRule, QueueReason, ReporterKind, TicketState
from dispatch import domain, usecases
from dispatch.api.callers import actor, desk, overseer, viewer
from dispatch.usecases import Acted, Kit

router = APIRouter()


class Suggestion(BaseModel):
    """What ranking takes a complaint to be about, with a score from 0 to 1; why: intake is asked, with a purpose."""

    model_config = ConfigDict(from_attributes=True)

    matter: str | None
    name: str | None = None
    unit: str | None
    unit_name: str | None = None
    score: float
    certain: bool


class Ticket(BaseModel):
    """Where a ticket stands. What its complaint says is with intake, which is asked for it with a purpose."""

    model_config = ConfigDict(from_attributes=True)

    ticket_id: UUID
    complaint_id: UUID
    state: TicketState
    channel: Channel
    reporter_kind: ReporterKind
    submitted_at: Instant
    opened_at: Instant
    matter_code: str | None
    place_code: str | None
    unit: str | None
    rule: DispatchRule | None
    matched_place: str | None
    directory_version: int | None
    dispatched_at: Instant | None
    dispatched_by: str | None
    queue_reason: QueueReason | None
    queued_at: Instant | None
    repeats: UUID | None
    candidates: list[Suggestion]
    version: int
    handling: domain.Handling


class Held(BaseModel):
    """Somebody had the ticket; without an end they have it now."""

    unit: str
    capacity: Capacity
    since: Instant
    until: Instant | None


class Holdings(BaseModel):
    """The ledger of a ticket: `hand_overs` counts changes of the lead, `loops` those to one that had led it before."""

    holdings: list[Held]
    hand_overs: int
    loops: int

    @classmethod
    def of(cls, holdings: list[Held]) -> Self:
        """The ledger, counted."""
        leads = [one.unit for one in sorted(holdings, key=lambda one: one.since) if one.capacity == Capacity.LEAD]
        changes = [one for before, one in pairwise(leads) if before != one]
        return cls(holdings=holdings, hand_overs=len(changes), loops=len(leads) - len(set(leads)))


class Named(BaseModel):
    """The unit that must handle a ticket."""

    model_config = ConfigDict(extra="forbid")

    unit: Annotated[str, Field(max_length=100)]


@router.get("/tickets", dependencies=[Depends(overseer)])
async def tickets(
    work: Annotated[Work[Kit], web.InWork],
    response: Response,
    queue: Literal["manual", "reopening"] | None = None,
    complaint_id: Annotated[list[UUID] | None, Query(max_length=100)] = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[Ticket]:
    """A queue of the centre, oldest first, after the ticket that was seen last; or the tickets of some complaints.

    `manual` waits for its hand, of `reopening` somebody wants that they are opened again. While there may be more of
    the queue, a `Link` header names the next page.
    """
    if (queue is None) == (complaint_id is None):
        raise Refused("request.invalid", fields=["query.queue: either-queue-or-complaint-id"])
    if complaint_id is not None:
        return await _shown(work, await usecases.tickets_of(work, set(complaint_id)))
    look = usecases.manual_queue if queue == "manual" else usecases.reopening_queue
    found = await look(work, after, limit)
    if len(found) == limit:
        web.link_next(response, "/v1/tickets", queue=queue, after=found[-1].ticket_id, limit=limit)
    return await _shown(work, found)


@router.get("/tickets/{ticket_id}")
async def ticket(
    ticket_id: UUID, who: Annotated[Principal, Depends(viewer)], work: Annotated[Work[Kit], web.InWork]
) -> Ticket:
    """One ticket; a unit is told of its own only."""
    found = await usecases.one_ticket(work, ticket_id)
    if who.kind == "unit" and not domain.sees(who.rest, found):
        raise Refused("ticket.unknown")
    [shown] = await _shown(work, [found])
    return shown


@router.post("/tickets/{ticket_id}/dispatch")
async def dispatch(
    ticket_id: UUID,
    named: Named,
    who: Annotated[Principal, Depends(desk)],
    work: Annotated[Work[Kit], web.InWork],
) -> Ticket:
    """Dispatch a ticket of the manual queue to a unit; said again, it is the same answer."""
    [shown] = await _shown(work, [await usecases.dispatch_by_hand(work, who, ticket_id, named.unit)])
    return shown


@router.post("/tickets/{ticket_id}/actions")
async def act(
    ticket_id: UUID,
    requested: Requested,
    unit: Annotated[str | None, Depends(actor)],
    carried_out: Annotated[web.Together[usecases.Asked, Acted], web.together(usecases.act)],
) -> Ticket:
    """Do something to a ticket; said again under the same `action_id`, it is the same answer."""
    asked = usecases.Asked(unit, ticket_id, requested.action_id, requested.do.action, requested)
    acted = await carried_out(asked)
    return _with(usecases.outcome(acted), acted.suggested)


@router.get("/tickets/{ticket_id}/holdings")
async def holdings(
    ticket_id: UUID, _: Annotated[Principal, Depends(overseer)], work: Annotated[Work[Kit], web.InWork]
) -> Holdings:
    """Who held a ticket from when to when, and in which capacity; how often it changed hands, and came back."""
    ended, held = await usecases.holdings(work, ticket_id)
    past = [Held(**asdict(one.holding), until=one.until) for one in ended]
    return Holdings.of([*past, *(Held(**asdict(one), until=None) for one in held)])


@router.get("/units/{unit}/tickets")
async def worklist(
    unit: str,
    who: Annotated[Principal, Depends(viewer)],
    work: Annotated[Work[Kit], web.InWork],
    response: Response,
    part: Literal["lead", "help"] = "lead",
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[Ticket]:
    """The open tickets that a unit must handle, oldest dispatch first; `part=help`: those that it helps with.

    While there may be more, a `Link` header names the next page.
    """
    allow_own(who, unit)
    found = await usecases.tickets_of_unit(work, unit, after, limit, helping=part == "help")
    if len(found) == limit:
        web.link_next(response, f"/v1/units/{unit}/tickets", part=part, after=found[-1].ticket_id, limit=limit)
    return await _shown(work, found)


async def _shown(work: Work[Kit], tickets: Sequence[domain.Ticket]) -> list[Ticket]:
    named = await usecases.suggestions(work, tickets)
    return [_with(one, named.get(one.ticket_id, ())) for one in tickets]


def _with(ticket: domain.Ticket, suggestions: Iterable[domain.Suggestion]) -> Ticket:
    """The ticket with its candidates named."""
    found = list(map(Suggestion.model_validate, suggestions))
    return Ticket.model_validate(ticket).model_copy(update={"candidates": found})
