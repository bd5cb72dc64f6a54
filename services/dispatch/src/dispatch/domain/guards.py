"""Who may do something to a ticket, and when: each gives what it looked for, or raises Refused with its code."""

from datetime import datetime
from typing import Any

from contracts.refusals import Refused
from contracts.vocabulary import TicketState
from dispatch.domain.directory import Directory
from dispatch.domain.tickets import Handle, Ticket


def of_ticket(ticket: Ticket, *more: str) -> dict[str, Any]:
    """What every fact about it says: its ids, and the units that take part."""
    handling = ticket.handling
    units = (
        *((ticket.unit,) if ticket.unit else ()),
        *(one.unit for one in handling.delegations),
        *(one.unit for one in handling.open_assists),
        *more,
    )
    return {
        "ticket_id": ticket.ticket_id,
        "complaint_id": ticket.complaint_id,
        "told_to": tuple(dict.fromkeys(units)),
    }


def by_centre(asked: Handle) -> None:
    """The centre alone may (rules 6)."""
    if asked.by_unit is not None:
        raise Refused("principal.not-allowed")


def by_holder(ticket: Ticket, asked: Handle, *, centre: bool = False) -> str:
    """The lead unit, asked by itself, by one that it delegated to, or by the centre where that may (rules 6)."""
    if asked.by_unit is None and not centre:
        raise Refused("principal.not-allowed")
    if ticket.unit is None:
        raise Refused("ticket.not-dispatched" if not ticket.closed else "ticket.closed")
    holders = {ticket.unit, *(one.unit for one in ticket.handling.delegations)}
    if asked.by_unit is not None and asked.by_unit not in holders:
        raise Refused("ticket.not-yours")
    return ticket.unit


def not_closed(ticket: Ticket) -> None:
    """Something may still be done."""
    if ticket.closed:
        raise Refused("ticket.closed")


def dispatched(ticket: Ticket) -> str:
    """The unit of a ticket that waits to be accepted."""
    not_closed(ticket)
    if ticket.unit is None:
        raise Refused("ticket.not-dispatched")
    return ticket.unit


def accepted(ticket: Ticket) -> str:
    """The unit that has accepted it."""
    unit = dispatched(ticket)
    if ticket.state != TicketState.ACCEPTED:
        raise Refused("ticket.not-accepted")
    return unit


def nobody_assists(ticket: Ticket) -> None:
    """No assist waits for an answer (rules 3.6)."""
    if any(ticket.handling.open_assists):
        raise Refused("assist.open")


def proposal_free(ticket: Ticket) -> None:
    """No other step waits for its second person."""
    if ticket.handling.proposal is not None:
        raise Refused("proposal.open")


def later(at: datetime, asked: Handle) -> None:
    """It lies ahead."""
    if at <= asked.at:
        raise Refused("time.past")


def below(directory: Directory, unit: str, parent: str) -> None:
    """The unit stands somewhere below the parent in the tree of units (rules 3.6)."""
    if unit not in directory.units:
        raise Refused("unit.unknown")
    if parent not in directory.above(unit):
        raise Refused("delegate.not-below")
