"""What the centre does on a reporter's word: link, withdraw, open again (rules 2.5)."""

from typing import assert_never

from contracts.actions import Link, RefuseReopening, Reopen, RequestReopening, Withdraw
from contracts.refusals import Refused
from contracts.tickets import ReopeningRefused, ReopeningRequested, TicketLinked, TicketReopened, TicketWithdrawn
from contracts.vocabulary import QueueReason, TicketState
from dispatch.domain.guards import by_centre, nobody_assists, not_closed, of_ticket
from dispatch.domain.passing import queued
from dispatch.domain.rehoming import is_gone, taken_over
from dispatch.domain.tickets import Facts, Handle, Ticket


def close_or_open(
    ticket: Ticket, asked: Handle, do: Link | Withdraw | RequestReopening | RefuseReopening | Reopen
) -> Facts:
    """What happens by it. Raises Refused as `act` does."""
    match do:
        case Link():
            return _link(ticket, asked, do)
        case Withdraw():
            return _withdraw(ticket, asked, do)
        case RequestReopening():
            return _request_reopening(ticket, asked, do)
        case RefuseReopening():
            return _refuse_reopening(ticket, asked, do)
        case Reopen():
            return _reopen(ticket, asked)
        case _:
            assert_never(do)


def _link(ticket: Ticket, asked: Handle, do: Link) -> Facts:
    """It goes on in an open one that says the same (rules 2.5); nothing is merged."""
    by_centre(asked)
    if ticket.handling.linked_to == do.to and ticket.state == TicketState.LINKED:
        return []
    not_closed(ticket)
    if do.to == ticket.ticket_id:
        raise Refused("link.to-itself")
    if asked.other is None:
        raise Refused("ticket.unknown")
    if asked.other.closed:
        raise Refused("link.closed")
    nobody_assists(ticket)
    said = of_ticket(ticket, *of_ticket(asked.other)["told_to"])
    there = asked.other.complaint_id
    return [TicketLinked(**said, to=do.to, to_complaint_id=there, linked_at=asked.at, by=asked.by)]


def _withdraw(ticket: Ticket, asked: Handle, do: Withdraw) -> Facts:
    """The reporter's own wish, said to the centre."""
    by_centre(asked)
    if ticket.state == TicketState.WITHDRAWN:
        return []
    not_closed(ticket)
    return [TicketWithdrawn(**of_ticket(ticket), withdrawn_at=asked.at, by=asked.by, reason_id=do.reason_id)]


def _request_reopening(ticket: Ticket, asked: Handle, do: RequestReopening) -> Facts:
    """The reporter's own wish after the close, said to the centre (rules 2.5)."""
    by_centre(asked)
    if not ticket.closed:
        raise Refused("ticket.not-closed")
    if ticket.handling.reopening_requested_at:
        return []
    return [ReopeningRequested(**of_ticket(ticket), requested_at=asked.at, by=asked.by, reason_id=do.reason_id)]


def _refuse_reopening(ticket: Ticket, asked: Handle, do: RefuseReopening) -> Facts:
    """It stays closed, and the reporter is told why (rules 2.5)."""
    by_centre(asked)
    if ticket.handling.refused_reason_id == do.reason_id:
        return []
    if ticket.handling.reopening_requested_at is None:
        raise Refused("reopening.not-requested")
    return [ReopeningRefused(**of_ticket(ticket), refused_at=asked.at, by=asked.by, reason_id=do.reason_id)]


def _reopen(ticket: Ticket, asked: Handle) -> Facts:
    """With the unit that had it, or who takes over from it; nobody's goes to the manual queue (rules 2.5)."""
    by_centre(asked)
    if not ticket.closed:
        if ticket.handling.round > 1:
            return []
        raise Refused("ticket.not-closed")
    round_ = ticket.handling.round + 1
    reopened = TicketReopened(**of_ticket(ticket), unit=ticket.unit, round=round_, reopened_at=asked.at, by=asked.by)
    if is_gone(ticket, asked):
        return [reopened, *taken_over(ticket, asked)]
    return [reopened] if ticket.unit else [reopened, queued(ticket, asked, QueueReason.REOPENED)]
