"""A ticket as a value, what may be asked of it, and `evolve`: what it is after a fact."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from uuid import UUID

from contracts.actions import Act
from contracts.complaints import Candidate, ComplaintRegistered
from contracts.refusals import Refused
from contracts.tickets import (
    HandlingFact,
    TicketAccepted,
    TicketDeclined,
    TicketDispatched,
    TicketFact,
    TicketFinished,
    TicketLinked,
    TicketOpened,
    TicketQueuedForManualDispatch,
    TicketReopened,
    TicketWithdrawn,
)
from contracts.vocabulary import Channel, DispatchRule, QueueReason, ReporterKind, TicketState
from dispatch.domain.directory import Directory
from dispatch.domain.handling import UNTOUCHED, Handling, handled
from dispatch.domain.routing import Found, Policy, Route

CLOSED = frozenset((TicketState.FINISHED, TicketState.DECLINED, TicketState.LINKED, TicketState.WITHDRAWN))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Where a ticket stands after its facts; `version` is their number.

    `directory_version` is the one under which it was last dispatched or queued. Why and since when it was queued stays
    on record after a hand has dispatched it. `repeats` is the complaint before it that says the same; `candidates` are
    what ranking took the complaint to be about.
    """

    ticket_id: UUID
    complaint_id: UUID
    state: TicketState
    channel: Channel
    reporter_kind: ReporterKind
    submitted_at: datetime
    opened_at: datetime
    matter_code: str | None = None
    place_code: str | None = None
    unit: str | None = None
    rule: DispatchRule | None = None
    matched_place: str | None = None
    directory_version: int | None = None
    dispatched_at: datetime | None = None
    dispatched_by: str | None = None
    queue_reason: QueueReason | None = None
    queued_at: datetime | None = None
    repeats: UUID | None = None
    handling: Handling = UNTOUCHED
    candidates: tuple[Candidate, ...] = ()
    version: int

    @property
    def closed(self) -> bool:
        """Whether nothing more is done, unless it is opened again."""
        return self.state in CLOSED

    @property
    def closed_at(self) -> datetime | None:
        """Since when it is closed; None for an open one. What was solved on the spot was so as it was said."""
        if not self.closed:
            return None
        on_the_spot = self.state == TicketState.FINISHED and self.unit is None
        return self.submitted_at if on_the_spot else self.handling.closed_at


@dataclass(frozen=True, slots=True)
class GoesOn:
    """The same is said in a ticket that is open, or was when it was said (rules 2.5)."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class SaidAgain:
    """The same was said in a ticket that was closed before: a request to open it again (rules 2.5)."""

    ticket: Ticket


Earlier = GoesOn | SaidAgain


@dataclass(frozen=True, slots=True)
class Open:
    """Open a ticket under this id for a complaint; it goes where an `earlier` one or else its route leads."""

    ticket_id: UUID
    complaint: ComplaintRegistered
    route: Route
    at: datetime
    earlier: Earlier | None = None

    @property
    def suggested(self) -> tuple[Candidate, ...]:
        """What a hand is shown; nothing where the matter that was said named the unit."""
        by_matter = isinstance(self.route, Found) and self.route.rule == DispatchRule.MATTER_OWNER
        return () if by_matter else self.complaint.candidates


@dataclass(frozen=True, slots=True)
class SayAgain:
    """The complaint of a closed ticket was said again; `by` is the principal of the channel (rules 2.5)."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DispatchByHand:
    """Name the unit for a ticket that no rule could place; `by` is the principal of the centre that does it."""

    unit: str
    by: str
    at: datetime
    directory: Directory


@dataclass(frozen=True, slots=True)
class Handle:
    """Do something to a ticket: `by_unit` asks, None for the centre, by its officer.

    `action_id` names it; `other` is the ticket that a link leads to.
    """

    action_id: UUID
    do: Act
    by_unit: str | None
    officer: str
    at: datetime
    directory: Directory
    policy: Policy
    other: "Ticket | None" = None

    @property
    def by(self) -> str:
        """Who, as facts say it."""
        return f"unit.{self.by_unit}/{self.officer}" if self.by_unit else f"centre/{self.officer}"


@dataclass(frozen=True, slots=True)
class Rehome:
    """Let nobody have a part of a ticket who is no longer listed."""

    at: datetime
    directory: Directory


@dataclass(frozen=True, slots=True)
class DeemLate:
    """The unit did not accept it by its due, and did so at that instant whoever was asleep (rules 3.3)."""

    unit: str | None
    effective_at: datetime
    at: datetime


Command = Open | SayAgain | DispatchByHand | Handle | Rehome | DeemLate

Facts = list[TicketFact]
"""What happens by a command; nothing when it has happened already."""


def known(ticket: Ticket | None) -> Ticket:
    """The ticket. Raises Refused("ticket.unknown") when there is none."""
    if ticket is None:
        raise Refused("ticket.unknown")
    return ticket


def evolve(ticket: Ticket | None, fact: TicketFact) -> Ticket:
    """The ticket after a fact. Raises Refused("ticket.unknown") for a fact about a ticket that was never opened."""
    match fact:
        case TicketOpened():
            return _opened(fact)
        case TicketDispatched():
            return _after_dispatch(known(ticket), fact)
        case TicketQueuedForManualDispatch():
            return _after_queueing(known(ticket), fact)
        case _:
            return _after_handling(known(ticket), fact)


def _opened(fact: TicketOpened) -> Ticket:
    return Ticket(
        ticket_id=fact.ticket_id,
        complaint_id=fact.complaint_id,
        state=TicketState.OPENED,
        channel=fact.channel,
        reporter_kind=fact.reporter_kind,
        submitted_at=fact.submitted_at,
        opened_at=fact.opened_at,
        matter_code=fact.matter_code,
        place_code=fact.place_code,
        repeats=fact.repeats,
        candidates=fact.candidates,
        version=1,
    )


def _after_dispatch(ticket: Ticket, fact: TicketDispatched) -> Ticket:
    return replace(
        ticket,
        state=TicketState.DISPATCHED,
        unit=fact.unit,
        rule=fact.rule,
        matched_place=fact.matched_place,
        directory_version=fact.directory_version,
        dispatched_at=fact.dispatched_at,
        dispatched_by=fact.by,
        handling=_left(ticket.handling),
        version=ticket.version + 1,
    )


def _after_queueing(ticket: Ticket, fact: TicketQueuedForManualDispatch) -> Ticket:
    return replace(
        ticket,
        state=TicketState.QUEUED,
        unit=None,
        rule=None,
        matched_place=None,
        directory_version=fact.directory_version,
        queue_reason=fact.reason,
        queued_at=fact.queued_at,
        handling=_left(ticket.handling),
        version=ticket.version + 1,
    )


def _left(handling: Handling) -> Handling:
    """What stays when another one has it: no delegation, and no step that a person of the former unit proposed."""
    if handling.delegations or handling.proposal:
        return replace(handling, delegations=(), proposal=None)
    return handling


def _after_handling(ticket: Ticket, fact: HandlingFact) -> Ticket:
    handling = handled(ticket.handling, fact)
    return replace(ticket, state=_state(ticket, fact), handling=handling, version=ticket.version + 1)


def _state(ticket: Ticket, fact: HandlingFact) -> TicketState:
    if isinstance(fact, TicketReopened):
        return _state_reopened(ticket)
    return _STATES.get(type(fact), ticket.state)


def _state_reopened(ticket: Ticket) -> TicketState:
    """Where it stood: with the unit that had it; if nobody had, it is queued next."""
    if ticket.unit is None:
        return TicketState.OPENED
    return TicketState.ACCEPTED if ticket.handling.accepted_at else TicketState.DISPATCHED


_STATES: dict[type[TicketFact], TicketState] = {
    TicketAccepted: TicketState.ACCEPTED,
    TicketFinished: TicketState.FINISHED,
    TicketDeclined: TicketState.DECLINED,
    TicketLinked: TicketState.LINKED,
    TicketWithdrawn: TicketState.WITHDRAWN,
}


def fold(ticket: Ticket | None, facts: Iterable[TicketFact]) -> Ticket:
    """The ticket after all of these facts. Raises Refused("ticket.unknown") when there is none."""
    return known(reduce(evolve, facts, ticket))
