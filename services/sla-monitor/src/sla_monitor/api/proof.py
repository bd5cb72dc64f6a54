"""The HTTP door of the proof: why each clock of a ticket is due when it is, for programs or as a page to be printed."""

import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from chassis import web
from chassis.security import Principal
from chassis.work import Work
from contracts.base import Instant
from contracts.clocks import ClockFact, ClockMoved, ClockStarted, ClockStopped, ClockTurned
from contracts.vocabulary import ChangeCause, ClockKind, Complexity, DayStatus, Light, Verdict
from sla_monitor import usecases
from sla_monitor.api import printing
from sla_monitor.api.clocks import sure_may_see
from sla_monitor.domain import Counted, Proof, Reckoned
from sla_monitor.usecases import Kit, Proven

router = APIRouter()


class ProvenDay(BaseModel):
    """A date from start to due: what it is by which notice, and whether it counts; the start's own never does."""

    date: datetime.date
    status: DayStatus
    notice: str
    provisional: bool
    counted: bool


class ProvenDue(BaseModel):
    """When a clock is due by a version of the calendar. `days` is empty where its due was set with what started it.

    Yellow from `yellow_at`; `red_at` is the last instant at which it is not red (rules 4.1).
    """

    calendar: int
    due_at: Instant
    yellow_at: Instant | None
    red_at: Instant | None
    provisional: bool
    days: list[ProvenDay]


class Change(BaseModel):
    """What was told of a clock: from when on it was so, and when it was noticed (rules 4.2)."""

    what: Literal["started", "moved", "turned", "stopped"]
    effective_at: Instant
    noticed_at: Instant
    cause: ChangeCause | None
    light: Light | None
    previous: Light | None
    verdict: Verdict | None
    unit: str | None
    due_at: Instant
    previous_due_at: Instant | None
    policy: int
    calendar: int


class ProvenTerm(BaseModel):
    """From when on which term holds; a shorter one comes after a longer one (rules 3.4)."""

    term: str
    since: Instant


class ProvenClock(BaseModel):
    """A clock, why it is due then, and all that was told of it.

    `differs`: by the newest calendar it would be due at another instant; `final`: it has ended, and its verdict stays
    all the same (rules 4.3). Where `explained` is false it was told by another policy than the present one.
    """

    clock: ClockKind
    ref: str
    unit: str | None
    started_at: Instant
    due_at: Instant
    terms: list[ProvenTerm]
    light: Light
    stopped_at: Instant | None
    verdict: Verdict | None
    policy: int
    as_known_then: ProvenDue
    as_known_now: ProvenDue
    differs: bool
    final: bool
    explained: bool
    changes: list[Change]


class TicketProof(BaseModel):
    """Every clock of a ticket with its proof, by the calendar and the policy that hold at `at`."""

    ticket_id: UUID
    complaint_id: UUID
    unit: str | None
    complexity: Complexity
    at: Instant
    calendar: int
    policy: int
    closes: datetime.time
    clocks: list[ProvenClock]


_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {}}, "description": "for programs, or as a page that can be printed"}
}


@router.get("/tickets/{ticket_id}/clocks/proof", response_model=TicketProof, responses=_PAGE)
async def proof(
    work: Annotated[Work[Kit], web.InWork],
    who: Annotated[Principal, web.Caller],
    ticket_id: UUID,
    accept: Annotated[str, Header(max_length=1000)] = "",
    wanted: Annotated[Literal["json", "html"] | None, Query(alias="format", description="else by Accept")] = None,
) -> TicketProof | HTMLResponse:
    """Why each clock is due when it is, as known then and now, and every change of it (rules 4.2, 4.3, 4.5)."""
    proven = await usecases.proof(work, ticket_id)
    sure_may_see(who, proven.case)
    found = _proof(proven)
    as_page = wanted == "html" or (wanted is None and "text/html" in accept)
    return HTMLResponse(printing.proof(found), headers=printing.HEADERS) if as_page else found


def _proof(proven: Proven) -> TicketProof:
    ticket = proven.case.ticket
    return TicketProof(
        ticket_id=ticket.ticket_id,
        complaint_id=ticket.complaint_id,
        unit=ticket.unit,
        complexity=ticket.complexity,
        at=proven.at,
        calendar=proven.calendar,
        policy=proven.policy.version,
        closes=proven.policy.hours.closes,
        clocks=[_clock(one, proven.told) for one in proven.proofs],
    )


def _clock(proof: Proof, told: list[ClockFact]) -> ProvenClock:
    clock = proof.clock
    return ProvenClock(
        clock=clock.kind,
        ref=clock.ref,
        unit=clock.unit,
        started_at=clock.started_at,
        due_at=clock.due_at,
        terms=[ProvenTerm(term=step.term, since=step.at) for step in clock.steps],
        light=clock.light,
        stopped_at=clock.stopped_at,
        verdict=clock.verdict,
        policy=clock.policy,
        as_known_then=_due(proof.then),
        as_known_now=_due(proof.now),
        differs=proof.differs,
        final=not clock.open,
        explained=proof.explained,
        changes=[_change(one) for one in told if (one.clock, one.ref) == clock.key],
    )


def _due(reckoned: Reckoned) -> ProvenDue:
    return ProvenDue(**reckoned._asdict() | {"days": list(map(_day, reckoned.days))})


def _day(one: Counted) -> ProvenDay:
    day = one.day
    return ProvenDay(
        date=day.date, status=day.status, notice=day.notice, provisional=day.provisional, counted=one.counted
    )


def _change(fact: ClockFact) -> Change:
    what, effective_at = _what(fact)
    return Change(
        what=what,
        effective_at=effective_at,
        noticed_at=fact.noticed_at,
        cause=getattr(fact, "cause", None),
        light=getattr(fact, "light", None),
        previous=getattr(fact, "previous", None),
        verdict=getattr(fact, "verdict", None),
        unit=fact.unit,
        due_at=fact.due_at,
        previous_due_at=getattr(fact, "previous_due_at", None),
        policy=fact.policy,
        calendar=fact.calendar,
    )


def _what(fact: ClockFact) -> tuple[Literal["started", "moved", "turned", "stopped"], datetime.datetime]:
    match fact:
        case ClockStarted():
            return "started", fact.started_at
        case ClockMoved():
            return "moved", fact.effective_at
        case ClockTurned():
            return "turned", fact.effective_at
        case ClockStopped():
            return "stopped", fact.stopped_at
