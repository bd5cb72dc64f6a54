"""The HTTP doors of the clocks: how a ticket's stand, and how those of a unit or of the district do."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from chassis import web
from chassis.security import Principal, allow, allow_own
from chassis.work import Work
from contracts.base import Instant
from contracts.ids import UnitCode
from contracts.refusals import Refused
from contracts.vocabulary import ClockKind, Complexity, Light, Verdict
from sla_monitor import domain, usecases
from sla_monitor.usecases import Kit

router = APIRouter()


class TicketClock(BaseModel):
    """A clock of a ticket: how it stands, or how it ended. `next_at` is when its light changes next by itself."""

    clock: ClockKind
    ref: str
    unit: str | None
    started_at: Instant
    due_at: Instant
    yellow_at: Instant | None
    light: Light
    next_at: Instant | None
    stopped_at: Instant | None
    verdict: Verdict | None
    term: str | None
    provisional: bool
    calendar: int
    policy: int


class TicketClocks(BaseModel):
    """Every clock of a ticket, in the order in which they started."""

    ticket_id: UUID
    complaint_id: UUID
    unit: str | None
    complexity: Complexity
    clocks: list[TicketClock]


class Lit(BaseModel):
    """How many clocks of a kind show a light now."""

    clock: ClockKind
    light: Light
    clocks: int


class Turning(TicketClock):
    """A clock whose light changes next."""

    ticket_id: UUID


class Board(BaseModel):
    """How the clocks of a unit stand, or of the district: those that run, by kind and light, and which turn next."""

    unit: str | None
    counts: list[Lit]
    next_to_turn: list[Turning]


@router.get("/tickets/{ticket_id}/clocks")
async def clocks(
    work: Annotated[Work[Kit], web.InWork], who: Annotated[Principal, web.Caller], ticket_id: UUID
) -> TicketClocks:
    """A ticket's clocks (rules 4): for the district, and for a unit that answers for one of them (rules 6)."""
    case = await usecases.clocks_of(work, ticket_id)
    sure_may_see(who, case)
    return TicketClocks(
        ticket_id=ticket_id,
        complaint_id=case.ticket.complaint_id,
        unit=case.ticket.unit,
        complexity=case.ticket.complexity,
        clocks=[TicketClock(**_stands(one)) for one in case.clocks.values()],
    )


@router.get("/board")
async def board(
    work: Annotated[Work[Kit], web.InWork],
    who: Annotated[Principal, web.Caller],
    unit: Annotated[UnitCode | None, Query(description="the district without")] = None,
) -> Board:
    """How many clocks show which light, and which turn next; a unit sees its own (rules 6)."""
    allow(who, *_READERS)
    allow_own(who, unit)
    counts, turning = await usecases.board(work, unit)
    return Board(
        unit=unit,
        counts=[Lit(clock=kind, light=light, clocks=count) for kind, light, count in counts],
        next_to_turn=[Turning(ticket_id=ticket_id, **_stands(one)) for ticket_id, one in turning],
    )


def sure_may_see(who: Principal, case: domain.Case) -> None:
    """The district may see every ticket's clocks, a unit those of a ticket of which it answers for one (rules 6).

    Raises Refused: `ticket.unknown`, `principal.not-allowed`.
    """
    units = {case.ticket.unit, *(one.unit for one in case.clocks.values())}
    if who.kind == "unit" and who.rest not in units:
        raise Refused("ticket.unknown")
    allow(who, *_READERS)


_READERS = ("centre", "office", "inspection", "service", "unit")


def _stands(clock: domain.Clock) -> dict[str, Any]:
    return clock._asdict() | {"clock": clock.kind, "term": clock.term, "next_at": clock.next_at}
