"""A ticket's life as decisions: `decide` says what happens, `evolve` what the ticket is afterwards. Both are pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from typing import assert_never
from uuid import UUID

from contracts.complaints import ComplaintRegistered
from contracts.refusals import Refused
from contracts.tickets import TicketDispatched, TicketFact, TicketOpened, TicketQueuedForManualDispatch
from contracts.vocabulary import Channel, DispatchRule, QueueReason, ReporterKind, TicketState
from dispatch.domain.directory import Directory
from dispatch.domain.routing import Found, NotFound, Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Where a ticket stands after its facts; `version` is their number.

    `directory_version` is the one under which it was last dispatched or queued. Why and since when it was queued stays
    on record after a hand has dispatched it.
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
    version: int


@dataclass(frozen=True, slots=True)
class Open:
    """Open a ticket under this id for a complaint, and send it where its route leads."""

    ticket_id: UUID
    complaint: ComplaintRegistered
    route: Route
    at: datetime


@dataclass(frozen=True, slots=True)
class DispatchByHand:
    """Name the unit for a ticket that no rule could place; `by` is the principal of the centre that does it."""

    unit: str
    by: str
    at: datetime
    directory: Directory


Command = Open | DispatchByHand


def decide(ticket: Ticket | None, command: Command) -> list[TicketFact]:
    """What happens by the command; nothing when it has already happened.

    Raises Refused: `ticket.unknown`, `ticket.dispatched-elsewhere`, `unit.unknown`.
    """
    match command:
        case Open():
            return _open(command) if ticket is None else []
        case DispatchByHand():
            return _dispatch_by_hand(_known(ticket), command)
        case _:
            assert_never(command)


def _known(ticket: Ticket | None) -> Ticket:
    if ticket is None:
        raise Refused("ticket.unknown")
    return ticket


def _open(command: Open) -> list[TicketFact]:
    """A ticket for every complaint (四(二)), and in the same breath its unit or its place in the manual queue."""
    complaint = command.complaint
    opened = TicketOpened(
        ticket_id=command.ticket_id,
        complaint_id=complaint.complaint_id,
        channel=complaint.channel,
        reporter_kind=complaint.reporter_kind,
        submitted_at=complaint.submitted_at,
        opened_at=command.at,
        matter_code=complaint.matter_code,
        place_code=complaint.place_code,
    )
    match command.route:
        case Found() as found:
            return [opened, _dispatched(command, found)]
        case NotFound() as not_found:
            return [opened, _queued(command, not_found)]
        case _:
            assert_never(command.route)


def _dispatched(command: Open, found: Found) -> TicketDispatched:
    return TicketDispatched(
        ticket_id=command.ticket_id,
        complaint_id=command.complaint.complaint_id,
        unit=found.unit,
        rule=found.rule,
        directory_version=found.directory_version,
        dispatched_at=command.at,
        matter_code=command.complaint.matter_code,
        place_code=command.complaint.place_code,
        matched_place=found.place,
    )


def _queued(command: Open, not_found: NotFound) -> TicketQueuedForManualDispatch:
    return TicketQueuedForManualDispatch(
        ticket_id=command.ticket_id,
        complaint_id=command.complaint.complaint_id,
        reason=not_found.reason,
        directory_version=not_found.directory_version,
        queued_at=command.at,
    )


def _dispatch_by_hand(ticket: Ticket, command: DispatchByHand) -> list[TicketFact]:
    """The centre names the unit (四(二), rules 3.1); one that stopped being listed stays named."""
    if ticket.unit == command.unit:
        return []
    if command.unit not in command.directory.units:
        raise Refused("unit.unknown")
    if ticket.unit is not None:
        raise Refused("ticket.dispatched-elsewhere", unit=ticket.unit)
    return [_dispatched_by_hand(ticket, command)]


def _dispatched_by_hand(ticket: Ticket, command: DispatchByHand) -> TicketDispatched:
    return TicketDispatched(
        ticket_id=ticket.ticket_id,
        complaint_id=ticket.complaint_id,
        unit=command.unit,
        rule=DispatchRule.BY_HAND,
        directory_version=command.directory.version,
        dispatched_at=command.at,
        matter_code=ticket.matter_code,
        place_code=ticket.place_code,
        by=command.by,
    )


def evolve(ticket: Ticket | None, fact: TicketFact) -> Ticket:
    """The ticket after a fact. Raises Refused("ticket.unknown") for a fact about a ticket that was never opened."""
    match fact:
        case TicketOpened():
            return _opened(fact)
        case TicketDispatched():
            return _after_dispatch(_known(ticket), fact)
        case TicketQueuedForManualDispatch():
            return _after_queueing(_known(ticket), fact)
        case _:
            assert_never(fact)


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
        version=ticket.version + 1,
    )


def _after_queueing(ticket: Ticket, fact: TicketQueuedForManualDispatch) -> Ticket:
    return replace(
        ticket,
        state=TicketState.QUEUED,
        directory_version=fact.directory_version,
        queue_reason=fact.reason,
        queued_at=fact.queued_at,
        version=ticket.version + 1,
    )


def fold(ticket: Ticket | None, facts: Iterable[TicketFact]) -> Ticket:
    """The ticket after all of these facts. Raises Refused("ticket.unknown") when there is none."""
    return _known(reduce(evolve, facts, ticket))
