"""Passing work on: back, down, sideways, and by the centre to another unit (rules 3.2, 3.6)."""

from typing import Any, assert_never

from contracts.actions import AnswerAssist, AskAssist, Delegate, DispatchAgain, Return, WithdrawAssist
from contracts.refusals import Refused
from contracts.tickets import (
    AssistAnswered,
    AssistAsked,
    AssistWithdrawn,
    TicketDelegated,
    TicketDispatched,
    TicketFact,
    TicketQueuedForManualDispatch,
    TicketReturned,
)
from contracts.vocabulary import Channel, DispatchRule, QueueReason, TicketState
from dispatch.domain.guards import accepted, below, by_centre, by_holder, dispatched, later, nobody_assists, of_ticket
from dispatch.domain.routing import Found, route
from dispatch.domain.tickets import Facts, Handle, Rehome, Ticket

_RETURNS = 2
"""After so many a hand decides (rules 3.2)."""


def pass_on(
    ticket: Ticket, asked: Handle, do: Return | AskAssist | AnswerAssist | WithdrawAssist | Delegate | DispatchAgain
) -> Facts:
    """What happens by it. Raises Refused as `act` does."""
    match do:
        case Return():
            return _return(ticket, asked, do)
        case AskAssist():
            return _ask_assist(ticket, asked, do)
        case AnswerAssist():
            return _answer_assist(ticket, asked, do)
        case WithdrawAssist():
            return _withdraw_assist(ticket, asked, do)
        case Delegate():
            return _delegate(ticket, asked, do)
        case DispatchAgain():
            return _dispatch_again(ticket, asked, do)
        case _:
            assert_never(do)


def _return(ticket: Ticket, asked: Handle, do: Return) -> Facts:
    """Only before it is accepted; the first time it finds another owner, the second time a hand decides (rules 3.2)."""
    returned_by = ticket.handling.returned_by
    if asked.by_unit in returned_by and asked.by_unit != ticket.unit:
        return []
    unit = by_holder(ticket, asked)
    if ticket.state == TicketState.ACCEPTED:
        raise Refused("ticket.accepted")
    dispatched(ticket)
    if ticket.handling.accepted_at:
        raise Refused("ticket.accepted")
    if ticket.channel == Channel.CITY_EXIT:
        raise Refused("ticket.city")
    returned = TicketReturned(
        **of_ticket(ticket),
        unit=unit,
        reason=do.reason,
        count=len(returned_by) + 1,
        returned_at=asked.at,
        by=asked.by,
        reason_id=do.reason_id,
    )
    return [returned, _elsewhere(ticket, asked, {*returned_by, unit}, returned.count)]


def _elsewhere(ticket: Ticket, asked: Handle, passed_over: set[str], count: int) -> TicketFact:
    found = route(asked.directory, asked.policy, ticket.matter_code, ticket.place_code, passed_over)
    if count >= _RETURNS or not isinstance(found, Found):
        return queued(ticket, asked, QueueReason.RETURNED)
    former = (asked.by_unit,) if asked.by_unit else ()
    return handed_over(ticket, asked, found.unit, found.rule, matched_place=found.place, former=former)


def handed_over(ticket: Ticket, asked: Handle | Rehome, unit: str, rule: DispatchRule, **more: Any) -> TicketDispatched:
    """Another unit must handle it from now on."""
    return TicketDispatched(
        ticket_id=ticket.ticket_id,
        complaint_id=ticket.complaint_id,
        unit=unit,
        rule=rule,
        directory_version=asked.directory.version,
        dispatched_at=asked.at,
        matter_code=ticket.matter_code,
        place_code=ticket.place_code,
        **more,
    )


def queued(ticket: Ticket, asked: Handle | Rehome, reason: QueueReason, former: tuple[str, ...] = ()) -> TicketFact:
    """A hand decides; `former` are the units that lose it by that."""
    return TicketQueuedForManualDispatch(
        ticket_id=ticket.ticket_id,
        complaint_id=ticket.complaint_id,
        reason=reason,
        directory_version=asked.directory.version,
        queued_at=asked.at,
        former=former,
    )


def _ask_assist(ticket: Ticket, asked: Handle, do: AskAssist) -> Facts:
    """Another unit does a part of the work; the lead stays answerable (rules 3.6)."""
    lead = by_holder(ticket, asked, centre=True)
    if ticket.handling.assist(asked.action_id):
        return []
    accepted(ticket)
    if do.unit == lead or do.unit in (one.unit for one in ticket.handling.delegations):
        raise Refused("assist.to-itself")
    if do.unit not in asked.directory.units:
        raise Refused("unit.unknown")
    later(do.due_at, asked)
    return [
        AssistAsked(
            **of_ticket(ticket, do.unit),
            assist_id=asked.action_id,
            lead=lead,
            unit=do.unit,
            question_id=do.question_id,
            due_at=do.due_at,
            asked_at=asked.at,
            by=asked.by,
        )
    ]


def _answer_assist(ticket: Ticket, asked: Handle, do: AnswerAssist) -> Facts:
    """The answer of the unit that was asked, late or not (rules 3.6)."""
    assist = ticket.handling.assist(do.assist_id)
    if assist is None:
        raise Refused("assist.unknown")
    if asked.by_unit != assist.unit:
        raise Refused("ticket.not-yours")
    if assist.answer_id == do.answer_id:
        return []
    if assist not in ticket.handling.open_assists:
        raise Refused("assist.closed")
    return [
        AssistAnswered(
            **of_ticket(ticket),
            assist_id=do.assist_id,
            lead=accepted(ticket),
            unit=assist.unit,
            answer_id=do.answer_id,
            answered_at=asked.at,
            by=asked.by,
        )
    ]


def _withdraw_assist(ticket: Ticket, asked: Handle, do: WithdrawAssist) -> Facts:
    """The lead does without (rules 3.6)."""
    lead = by_holder(ticket, asked, centre=True)
    assist = ticket.handling.assist(do.assist_id)
    if assist is None:
        raise Refused("assist.unknown")
    if assist.answer_id is not None:
        raise Refused("assist.closed")
    if assist not in ticket.handling.open_assists:
        return []
    return [
        AssistWithdrawn(
            **of_ticket(ticket),
            assist_id=do.assist_id,
            lead=lead,
            unit=assist.unit,
            reason_id=do.reason_id,
            withdrawn_at=asked.at,
            by=asked.by,
        )
    ]


def _delegate(ticket: Ticket, asked: Handle, do: Delegate) -> Facts:
    """Down the tree of units from the one that asks; the centre passes on what the lowest has (rules 3.6)."""
    lead = by_holder(ticket, asked, centre=True)
    accepted(ticket)
    units = [lead, *(one.unit for one in ticket.handling.delegations)]
    if do.to == units[-1] and do.to != asked.by_unit:
        return []
    parent = asked.by_unit or units[-1]
    below(asked.directory, do.to, parent)
    return [TicketDelegated(**of_ticket(ticket, do.to), unit=parent, to=do.to, delegated_at=asked.at, by=asked.by)]


def _dispatch_again(ticket: Ticket, asked: Handle, do: DispatchAgain) -> Facts:
    """After acceptance only the centre names another unit; the reporter's clock runs on (rules 3.2)."""
    by_centre(asked)
    if ticket.unit == do.unit:
        return []
    accepted(ticket)
    nobody_assists(ticket)
    if do.unit not in asked.directory.units:
        raise Refused("unit.unknown")
    said = {"by": asked.by, "again": True, "reason_id": do.reason_id, "former": of_ticket(ticket)["told_to"]}
    return [handed_over(ticket, asked, do.unit, DispatchRule.BY_HAND, **said)]
