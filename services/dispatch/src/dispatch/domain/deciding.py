"""`decide` says what happens by a command. It is pure: time, ids and the directory come with the command."""

from typing import assert_never
from uuid import UUID

from contracts.refusals import Refused
from contracts.tickets import (
    ReopeningRequested,
    TicketDispatched,
    TicketFact,
    TicketFinished,
    TicketLinked,
    TicketOpened,
    TicketQueuedForManualDispatch,
)
from contracts.vocabulary import Cause, DispatchRule, QueueReason
from dispatch.domain.acting import act, deem_late
from dispatch.domain.guards import of_ticket
from dispatch.domain.rehoming import rehome
from dispatch.domain.routing import Found, NotFound
from dispatch.domain.tickets import (
    Command,
    DeemLate,
    DispatchByHand,
    GoesOn,
    Handle,
    Open,
    Rehome,
    SaidAgain,
    SayAgain,
    Ticket,
    known,
)


def decide(ticket: Ticket | None, command: Command) -> list[TicketFact]:
    """What happens by the command, each fact with the version that it makes; nothing when it has already happened.

    Raises Refused: `ticket.unknown`, `ticket.dispatched-elsewhere`, `unit.unknown`, and as `act` does.
    """
    return _numbered(ticket, _decided(ticket, command))


def _numbered(ticket: Ticket | None, told: list[TicketFact]) -> list[TicketFact]:
    """The facts, each with the ticket's version after it."""
    first = ticket.version + 1 if ticket else 1
    return [fact.model_copy(update={"version": version}) for version, fact in enumerate(told, first)]


def _decided(ticket: Ticket | None, command: Command) -> list[TicketFact]:
    match command:
        case Open():
            return _open(command) if ticket is None else []
        case SayAgain():
            return _say_again(known(ticket), command)
        case DispatchByHand():
            return _dispatch_by_hand(known(ticket), command)
        case Handle():
            return act(known(ticket), command)
        case Rehome():
            return rehome(known(ticket), command)
        case DeemLate():
            return deem_late(ticket, command) if ticket else []
        case _:
            assert_never(command)


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
        repeats=complaint.repeats,
        candidates=command.suggested,
    )
    return [opened, _first_step(command)]


def _first_step(command: Open) -> TicketFact:
    complaint = command.complaint
    if complaint.solved_cause and complaint.solved_text_id:
        return _solved(command, complaint.solved_cause, complaint.solved_text_id)
    match command.earlier:
        case GoesOn(ticket):
            return _linked(command, ticket)
        case SaidAgain():
            return _queued(command, QueueReason.SAID_AGAIN)
        case None:
            return _sent(command)
        case _:
            assert_never(command.earlier)


def _sent(command: Open) -> TicketFact:
    match command.route:
        case Found() as found:
            return _dispatched(command, found)
        case NotFound(reason):
            return _queued(command, reason)
        case _:
            assert_never(command.route)


def _linked(command: Open, earlier: Ticket) -> TicketLinked:
    """It goes on in the earlier one, whose clock runs on (rules 2.5)."""
    return TicketLinked(
        ticket_id=command.ticket_id,
        complaint_id=command.complaint.complaint_id,
        told_to=of_ticket(earlier)["told_to"],
        to=earlier.ticket_id,
        to_complaint_id=earlier.complaint_id,
        linked_at=command.at,
        by=f"channel.{command.complaint.channel}",
    )


def _say_again(ticket: Ticket, command: SayAgain) -> list[TicketFact]:
    """The same, said after the close, asks to open it again (rules 2.5)."""
    if not ticket.closed or ticket.handling.reopening_requested_at:
        return []
    return [ReopeningRequested(**of_ticket(ticket), requested_at=command.at, by=command.by)]


def _solved(command: Open, cause: Cause, reply_id: UUID) -> TicketFinished:
    """Solved on the spot: opened, finished and closed at one instant, dispatched to nobody (rules 2.4)."""
    return TicketFinished(
        ticket_id=command.ticket_id,
        complaint_id=command.complaint.complaint_id,
        unit=None,
        reply_id=reply_id,
        done_id=None,
        cause=cause,
        finished_at=command.at,
        by=f"channel.{command.complaint.channel}",
        on_the_spot=True,
    )


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
        ranked=found.ranked,
    )


def _queued(command: Open, reason: QueueReason) -> TicketQueuedForManualDispatch:
    return TicketQueuedForManualDispatch(
        ticket_id=command.ticket_id,
        complaint_id=command.complaint.complaint_id,
        reason=reason,
        directory_version=command.route.directory_version,
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
