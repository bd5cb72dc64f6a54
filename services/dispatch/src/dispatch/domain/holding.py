"""首受负责 as a ledger: who held a ticket, in which capacity, since when (rules 3.2, 3.6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from contracts.vocabulary import AssistState, Capacity, TicketState
from dispatch.domain.tickets import Ticket


@dataclass(frozen=True, slots=True)
class Holding:
    """A unit holds the ticket since an instant; the dispatch desk holds it as `centre`."""

    unit: str
    capacity: Capacity
    since: datetime


DESK = "centre"
_HELPING = (Capacity.DELEGATE, Capacity.ASSISTANT)


def holders(ticket: Ticket) -> tuple[Holding, ...]:
    """Everyone who holds it now; nobody holds a closed one."""
    return () if ticket.closed else tuple(_holders(ticket))


def helpers(ticket: Ticket) -> tuple[str, ...]:
    """The units beside the lead that have a part of it now."""
    return tuple(dict.fromkeys(one.unit for one in holders(ticket) if one.capacity in _HELPING))


def sees(unit: str | None, ticket: Ticket) -> bool:
    """The centre (None) sees every ticket, a unit those in which it takes or took part (rules 6).

    One whose assist lapsed with a dissolved unit has nothing to see any more.
    """
    handling = ticket.handling
    assisting = (one.unit for one in handling.assists if one.state != AssistState.LAPSED)
    parts = (ticket.unit, *(one.unit for one in handling.delegations), *assisting)
    return unit is None or unit in parts


def _holders(ticket: Ticket) -> Iterator[Holding]:
    if ticket.unit is None or ticket.dispatched_at is None:
        since = ticket.queued_at if ticket.state == TicketState.QUEUED else None
        yield Holding(DESK, Capacity.DESK, since or ticket.opened_at)
        return
    yield Holding(ticket.unit, Capacity.LEAD, ticket.dispatched_at)
    for delegation in ticket.handling.delegations:
        yield Holding(delegation.unit, Capacity.DELEGATE, delegation.since)
    for assist in ticket.handling.open_assists:
        yield Holding(assist.unit, Capacity.ASSISTANT, assist.asked_at)
