"""The HTTP doors: the manual desk of the centre, single tickets, and the directory to read."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from chassis import web
from chassis.security import Principal, allow
from chassis.work import Work
from contracts.actions import Requested
from contracts.base import Instant
from contracts.refusals import Refused
from contracts.vocabulary import Capacity, Channel, DispatchRule, QueueReason, ReporterKind, TicketState
from dispatch import domain, usecases
from dispatch.usecases import Acted, Kit

router = APIRouter(prefix="/v1")

_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "The version that `If-None-Match` names holds"}}


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


class Units(BaseModel):
    """The units as they hold under a version."""

    version: int
    units: list[domain.Unit]


class Places(BaseModel):
    """The places as they hold under a version; one without a centre has that of the place around it."""

    version: int
    places: list[domain.Place]


class Matters(BaseModel):
    """The matters as they hold under a version, each with its owners by the place at and below which they own it."""

    version: int
    matters: list[domain.Matter]


def desk(who: Annotated[Principal, web.Caller]) -> Principal:
    """One who dispatches by hand. Raises Refused("principal.not-allowed") for everybody else (rules 6)."""
    allow(who, "centre")
    return who


def overseer(who: Annotated[Principal, web.Caller]) -> Principal:
    """One who sees the whole district. Raises Refused("principal.not-allowed") for everybody else (rules 6)."""
    allow(who, "centre", "office", "inspection", "service")
    return who


def viewer(who: Annotated[Principal, web.Caller]) -> Principal:
    """An overseer, or a unit, which sees its own. Raises Refused("principal.not-allowed") for everybody else."""
    allow(who, "centre", "office", "inspection", "service", "unit")
    return who


@router.get("/tickets", dependencies=[Depends(overseer)])
async def tickets(
    work: Annotated[Work[Kit], web.InWork],
    response: Response,
    queue: Literal["manual"] | None = None,
    complaint_id: Annotated[list[UUID] | None, Query(max_length=100)] = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[Ticket]:
    """The manual queue, oldest first, after the ticket that was seen last; or the tickets of some complaints.

    While there may be more of the queue, a `Link` header names the next page.
    """
    if (queue is None) == (complaint_id is None):
        raise Refused("request.invalid", fields=["query.queue: either-queue-or-complaint-id"])
    if complaint_id is not None:
        return _shown(await usecases.tickets_of(work, set(complaint_id)))
    found = await usecases.manual_queue(work, after, limit)
    if len(found) == limit:
        response.headers["link"] = f'</v1/tickets?queue=manual&after={found[-1].ticket_id}&limit={limit}>; rel="next"'
    return _shown(found)


@router.get("/tickets/{ticket_id}")
async def ticket(
    ticket_id: UUID, who: Annotated[Principal, Depends(viewer)], work: Annotated[Work[Kit], web.InWork]
) -> Ticket:
    """One ticket; a unit is told of its own only."""
    found = await usecases.one_ticket(work, ticket_id)
    if who.kind == "unit" and not domain.sees(who.rest, found):
        raise Refused("ticket.unknown")
    return Ticket.model_validate(found)


@router.post("/tickets/{ticket_id}/dispatch")
async def dispatch(
    ticket_id: UUID,
    named: Named,
    who: Annotated[Principal, Depends(desk)],
    work: Annotated[Work[Kit], web.InWork],
) -> Ticket:
    """Dispatch a ticket of the manual queue to a unit; said again, it is the same answer."""
    return Ticket.model_validate(await usecases.dispatch_by_hand(work, who, ticket_id, named.unit))


def actor(who: Annotated[Principal, web.Caller]) -> str | None:
    """The unit that acts, None for the centre. Raises Refused("principal.not-allowed") for others (rules 6)."""
    allow(who, "centre", "unit")
    return who.rest or None


@router.post("/tickets/{ticket_id}/actions")
async def act(
    ticket_id: UUID,
    requested: Requested,
    unit: Annotated[str | None, Depends(actor)],
    carried_out: Annotated[web.Together[usecases.Asked, Acted], web.together(usecases.act)],
) -> Ticket:
    """Do something to a ticket; said again under the same `action_id`, it is the same answer."""
    asked = usecases.Asked(unit, ticket_id, requested.action_id, requested.do.action, requested)
    return Ticket.model_validate(usecases.outcome(await carried_out(asked)))


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
    part: Literal["lead", "help"] = "lead",
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[Ticket]:
    """The open tickets that a unit must handle, oldest dispatch first; `part=help`: those that it helps with."""
    if who.kind == "unit" and who.rest != unit:
        raise Refused("principal.not-allowed")
    return _shown(await usecases.tickets_of_unit(work, unit, after, limit, helping=part == "help"))


@dataclass(frozen=True, slots=True)
class Asked:
    """A directory that was asked for, and what its caller said of versions that it has."""

    directory: domain.Directory
    had: str

    @property
    def tag(self) -> str:
        """What names the version in headers."""
        return f'"{self.directory.version}"'

    def answer(self, listed: BaseModel) -> Response:
        """What is listed, or 304 for a caller who has it."""
        headers = {"etag": self.tag}
        if self.tag in self.had.replace("W/", "").split(", "):
            return Response(status_code=304, headers=headers)
        return Response(listed.model_dump_json(), media_type="application/json", headers=headers)


async def asked(
    _: Annotated[Principal, web.Caller],
    work: Annotated[Work[Kit], web.InWork],
    version: Annotated[int | None, Query(ge=0, lt=2**31)] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Asked:
    """The directory under a version, or the one that holds now; everyone who signs in may read it."""
    return Asked(await usecases.directory(work, version), if_none_match or "")


@router.get("/directory/units", response_model=Units, responses=_UNCHANGED)
async def units(asked: Annotated[Asked, Depends(asked)]) -> Response:
    """The units, as a tree by their parents."""
    directory = asked.directory
    return asked.answer(Units(version=directory.version, units=list(directory.units.values())))


@router.get("/directory/places", response_model=Places, responses=_UNCHANGED)
async def places(asked: Annotated[Asked, Depends(asked)]) -> Response:
    """The places with the service centres that answer for them."""
    directory = asked.directory
    return asked.answer(Places(version=directory.version, places=list(directory.places.values())))


@router.get("/directory/matters", response_model=Matters, responses=_UNCHANGED)
async def matters(asked: Annotated[Asked, Depends(asked)]) -> Response:
    """The matters, what people call them, and who owns them where."""
    directory = asked.directory
    return asked.answer(Matters(version=directory.version, matters=list(directory.matters.values())))


def _shown(tickets: Iterable[domain.Ticket]) -> list[Ticket]:
    return [Ticket.model_validate(one) for one in tickets]
