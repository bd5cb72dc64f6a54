"""What of a ticket matters to clocks, fact by fact. Pure."""

from contracts.tickets import (
    TicketAccepted,
    TicketClassified,
    TicketDispatched,
    TicketOpened,
    TicketQueuedForManualDispatch,
    TicketTracked,
)
from contracts.vocabulary import Channel
from sla_monitor.domain.clocks import Ticket
from sla_monitor.domain.rules import Heard


def known_after(ticket: Ticket, fact: Heard) -> Ticket:
    """What of the ticket matters to clocks, after a fact."""
    match fact:
        case TicketOpened(submitted_at=at, channel=channel):
            ticket = ticket._replace(submitted_at=at, from_city=channel is Channel.CITY_EXIT)
        case TicketDispatched(unit=unit):
            ticket = ticket._replace(unit=unit)
        case TicketQueuedForManualDispatch():
            ticket = ticket._replace(unit=None)
        case TicketAccepted(unit=unit, complexity=complexity, accepted_at=at):
            ticket = ticket._replace(unit=unit, complexity=complexity, accepted_at=ticket.accepted_at or at)
        case TicketClassified(complexity=complexity):
            ticket = ticket._replace(complexity=complexity)
        case TicketTracked():
            ticket = ticket._replace(tracked=True)
        case _:
            pass
    return ticket
