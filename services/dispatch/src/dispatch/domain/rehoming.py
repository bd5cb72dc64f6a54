"""What becomes of open tickets whose units were dissolved: parts lapse, and the lead's work is taken over.

The reporter's clock runs on (rules 3.2): when it was first accepted stays on record.
"""

from collections.abc import Iterable, Iterator

from contracts.tickets import AssistLapsed, DelegationLapsed, TicketDispatched, TicketFact
from contracts.vocabulary import DispatchRule, QueueReason
from dispatch.domain.guards import of_ticket
from dispatch.domain.handling import Assist
from dispatch.domain.passing import handed_over, queued
from dispatch.domain.tickets import Facts, Handle, Rehome, Ticket


def rehome(ticket: Ticket, command: Rehome) -> Facts:
    """What happens to a ticket under a directory that no longer lists some of its units; nothing if it lists them."""
    if ticket.closed or ticket.unit is None:
        return []
    if is_gone(ticket, command):
        return taken_over(ticket, command)
    return [*_lapsed(ticket, command), *_back_up(ticket, command, ticket.unit)]


def is_gone(ticket: Ticket, command: Rehome | Handle) -> bool:
    """Whether the unit that has it, if any, is no longer listed."""
    return ticket.unit is not None and ticket.unit not in command.directory.units


def taken_over(ticket: Ticket, command: Rehome | Handle) -> Facts:
    """The successor has it, or the manual queue; who assisted or had it by delegation has no part in it any more."""
    former = of_ticket(ticket)["told_to"]
    lapsed = list(_assists_lapsed(ticket, command, ticket.handling.open_assists))
    return [*lapsed, _to_heir(ticket, command, former)]


def _to_heir(ticket: Ticket, command: Rehome | Handle, former: tuple[str, ...]) -> TicketFact:
    assert ticket.unit is not None, "nobody's ticket is taken over by nobody"
    heir = command.directory.heir(ticket.unit)
    if heir is None:
        return queued(ticket, command, QueueReason.UNIT_DISSOLVED, former)
    dispatched: TicketDispatched = handed_over(ticket, command, heir, DispatchRule.SUCCESSOR, former=former)
    return dispatched


def _lapsed(ticket: Ticket, command: Rehome) -> Iterator[TicketFact]:
    """Open assists of units that are gone: the lead asks somebody else, or does without (rules 3.6)."""
    listed = command.directory.units
    yield from _assists_lapsed(ticket, command, (one for one in ticket.handling.open_assists if one.unit not in listed))


def _assists_lapsed(ticket: Ticket, command: Rehome | Handle, assists: Iterable[Assist]) -> Iterator[AssistLapsed]:
    assert ticket.unit is not None, "who asks for an assist is the lead"
    for assist in assists:
        yield AssistLapsed(
            **of_ticket(ticket),
            assist_id=assist.assist_id,
            lead=ticket.unit,
            unit=assist.unit,
            directory_version=command.directory.version,
            lapsed_at=command.at,
        )


def _back_up(ticket: Ticket, command: Rehome, lead: str) -> Iterator[TicketFact]:
    """The work goes back to the unit above the first one that is gone, which may pass it on again (rules 3.6)."""
    listed, chain = command.directory.units, [one.unit for one in ticket.handling.delegations]
    kept = next((at for at, unit in enumerate(chain) if unit not in listed), len(chain))
    if kept == len(chain):
        return
    assisting = {one.unit for one in ticket.handling.open_assists if one.unit in listed}
    yield DelegationLapsed(
        **of_ticket(ticket),
        unit=chain[kept],
        back_to=chain[kept - 1] if kept else lead,
        lost=tuple(unit for unit in chain[kept:] if unit not in assisting),
        directory_version=command.directory.version,
        lapsed_at=command.at,
    )
