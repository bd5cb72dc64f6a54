"""What happens by an action (rules 2, 3): facts, nothing when it has happened already, or a refusal."""

from datetime import datetime
from typing import assert_never

from contracts.actions import (
    Accept,
    AnswerAssist,
    AskAssist,
    Classify,
    Confirm,
    Contact,
    Decline,
    DeemAccepted,
    Delegate,
    DispatchAgain,
    Finish,
    Link,
    Progress,
    RefuseReopening,
    Reject,
    Reopen,
    RequestReopening,
    Return,
    Track,
    Withdraw,
    WithdrawAssist,
)
from contracts.refusals import Refused
from contracts.tickets import (
    ReporterContactAttempted,
    TicketAccepted,
    TicketClassified,
    TicketFinished,
    TicketProgressed,
    TicketTracked,
)
from contracts.vocabulary import Complexity, ProposalKind, TicketState
from dispatch.domain.closing import close_or_open
from dispatch.domain.confirming import agree, propose, proposed
from dispatch.domain.guards import (
    accepted,
    by_centre,
    by_holder,
    dispatched,
    later,
    nobody_assists,
    not_closed,
    of_ticket,
)
from dispatch.domain.passing import pass_on
from dispatch.domain.tickets import DeemLate, Facts, Handle, Ticket

_ORDER = list(Complexity)


def act(ticket: Ticket, asked: Handle) -> Facts:
    """What happens by it. Raises Refused with the codes that docs/architecture/actions.md lists for each situation."""
    match asked.do:
        case Accept() | DeemAccepted() | Classify() | Contact() as do:
            return _begin(ticket, asked, do)
        case Track() | Progress() | Finish() as do:
            return _bring_to_an_end(ticket, asked, do)
        case Return() | AskAssist() | AnswerAssist() | WithdrawAssist() | Delegate() | DispatchAgain() as do:
            return pass_on(ticket, asked, do)
        case Decline() | Confirm() | Reject() as do:
            return agree(ticket, asked, do)
        case Link() | Withdraw() | RequestReopening() | RefuseReopening() | Reopen() as do:
            return close_or_open(ticket, asked, do)
        case _:
            assert_never(asked.do)


def _begin(ticket: Ticket, asked: Handle, do: Accept | DeemAccepted | Classify | Contact) -> Facts:
    match do:
        case Accept():
            return _accept(ticket, asked, do)
        case DeemAccepted():
            return _deem_accepted(ticket, asked, do)
        case Classify():
            return _classify(ticket, asked, do)
        case Contact():
            return _contact(ticket, asked, do)
        case _:
            assert_never(do)


def _bring_to_an_end(ticket: Ticket, asked: Handle, do: Track | Progress | Finish) -> Facts:
    match do:
        case Track():
            return _track(ticket, asked, do)
        case Progress():
            return _progress(ticket, asked, do)
        case Finish():
            return _finish(ticket, asked, do)
        case _:
            assert_never(do)


def _accept(ticket: Ticket, asked: Handle, do: Accept) -> Facts:
    """The unit takes it, or the centre for it (rules 3.3, 6)."""
    unit = by_holder(ticket, asked, centre=True)
    if ticket.state == TicketState.ACCEPTED:
        return []
    not_closed(ticket)
    complexity = do.complexity or ticket.handling.complexity
    return [TicketAccepted(**of_ticket(ticket), unit=unit, complexity=complexity, accepted_at=asked.at, by=asked.by)]


def _deem_accepted(ticket: Ticket, asked: Handle, do: DeemAccepted) -> Facts:
    """At the close of its day, whoever was asleep (rules 3.3)."""
    by_centre(asked)
    if ticket.state == TicketState.ACCEPTED:
        return []
    return [_deemed(ticket, dispatched(ticket), do.effective_at, asked.at)]


def deem_late(ticket: Ticket, late: DeemLate) -> Facts:
    """At its due, if it still waits for the unit that was late; nothing for a dispatch that is over (rules 3.3)."""
    if late.unit is None or not _waits_for(ticket, late.unit, late.effective_at):
        return []
    return [_deemed(ticket, late.unit, late.effective_at, late.at)]


def _waits_for(ticket: Ticket, unit: str, at: datetime) -> bool:
    """Whether the unit has it since then or before, and has not accepted it."""
    if ticket.state != TicketState.DISPATCHED or ticket.dispatched_at is None:
        return False
    return ticket.unit == unit and ticket.dispatched_at <= at


def _deemed(ticket: Ticket, unit: str, effective_at: datetime, at: datetime) -> TicketAccepted:
    """Raises Refused("time.in-future")."""
    if effective_at > at:
        raise Refused("time.in-future")
    complexity = ticket.handling.complexity
    said = of_ticket(ticket)
    return TicketAccepted(**said, unit=unit, complexity=complexity, accepted_at=effective_at, deemed=True)


def _classify(ticket: Ticket, asked: Handle, do: Classify) -> Facts:
    """Shorter at once; longer with a reason and a second person, or by the centre (rules 3.4)."""
    unit = by_holder(ticket, asked, centre=True)
    accepted(ticket)
    if ticket.handling.complexity == do.complexity or proposed(ticket, asked):
        return []
    if _ORDER.index(do.complexity) < _ORDER.index(ticket.handling.complexity):
        return [_classified(ticket, asked, unit, do.complexity)]
    if do.reason_id is None:
        raise Refused("reason.missing")
    if asked.by_unit is None:
        return [_classified(ticket, asked, unit, do.complexity, do)]
    return [propose(ticket, asked, ProposalKind.LENGTHEN, asked.by_unit, do.reason_id, complexity=do.complexity)]


def _classified(
    ticket: Ticket, asked: Handle, unit: str, complexity: Complexity, why: Classify | None = None
) -> TicketClassified:
    return TicketClassified(
        **of_ticket(ticket),
        unit=unit,
        complexity=complexity,
        previous=ticket.handling.complexity,
        classified_at=asked.at,
        by=asked.by,
        reason_id=why.reason_id if why else None,
    )


def _contact(ticket: Ticket, asked: Handle, do: Contact) -> Facts:
    """An attempt is on record, reached or not (rules 3.5)."""
    unit = by_holder(ticket, asked)
    if asked.action_id in ticket.handling.contacts:
        return []
    accepted(ticket)
    if do.attempted_at > asked.at:
        raise Refused("time.in-future")
    return [
        ReporterContactAttempted(
            **of_ticket(ticket),
            contact_id=asked.action_id,
            unit=unit,
            method=do.method,
            reached=do.reached,
            attempted_at=do.attempted_at,
            by=asked.by,
            note_id=do.note_id,
        )
    ]


def _track(ticket: Ticket, asked: Handle, do: Track) -> Facts:
    """Explained before its due, and followed from then on (rules 3.8)."""
    unit = by_holder(ticket, asked)
    accepted(ticket)
    if ticket.handling.explanation_id == do.explanation_id:
        return []
    if ticket.handling.explanation_id:
        raise Refused("ticket.tracked")
    later(do.next_progress_at, asked)
    return [
        TicketTracked(
            **of_ticket(ticket),
            unit=unit,
            explanation_id=do.explanation_id,
            next_progress_at=do.next_progress_at,
            tracked_at=asked.at,
            by=asked.by,
        )
    ]


def _progress(ticket: Ticket, asked: Handle, do: Progress) -> Facts:
    """What became of it, and when there will be more (rules 3.8)."""
    unit = by_holder(ticket, asked)
    accepted(ticket)
    if ticket.handling.explanation_id is None:
        raise Refused("ticket.not-tracked")
    if ticket.handling.progress_id == do.note_id:
        return []
    later(do.next_progress_at, asked)
    return [
        TicketProgressed(
            **of_ticket(ticket),
            unit=unit,
            note_id=do.note_id,
            next_progress_at=do.next_progress_at,
            progressed_at=asked.at,
            by=asked.by,
        )
    ]


def _finish(ticket: Ticket, asked: Handle, do: Finish) -> Facts:
    """The reply is on record (rules 3.7)."""
    by_holder(ticket, asked)
    if ticket.state == TicketState.FINISHED and ticket.handling.reply_id == do.reply_id:
        return []
    unit = accepted(ticket)
    nobody_assists(ticket)
    return [
        TicketFinished(
            **of_ticket(ticket),
            unit=unit,
            reply_id=do.reply_id,
            done_id=do.done_id,
            cause=do.cause,
            finished_at=asked.at,
            by=asked.by,
            round=ticket.handling.round,
        )
    ]
