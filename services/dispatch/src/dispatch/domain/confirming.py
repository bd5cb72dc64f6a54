"""Steps for which it takes two persons (rules 2.3, 3.4)."""

from typing import assert_never
from uuid import UUID

from contracts.actions import Confirm, Decline, Reject
from contracts.refusals import Refused
from contracts.tickets import StepProposed, StepRejected, TicketClassified, TicketDeclined
from contracts.vocabulary import Complexity, ProposalKind
from dispatch.domain.guards import by_holder, nobody_assists, not_closed, of_ticket, proposal_free
from dispatch.domain.handling import ProposedStep
from dispatch.domain.sampling import sampled
from dispatch.domain.tickets import Facts, Handle, Ticket


def agree(ticket: Ticket, asked: Handle, do: Decline | Confirm | Reject) -> Facts:
    """What happens by it. Raises Refused as `act` does."""
    match do:
        case Decline():
            return _decline(ticket, asked, do)
        case Confirm():
            return _confirm(ticket, asked, do)
        case Reject():
            return _reject(ticket, asked, do)
        case _:
            assert_never(do)


def _decline(ticket: Ticket, asked: Handle, do: Decline) -> Facts:
    """Out of scope: proposed by one, confirmed by another (rules 2.3)."""
    unit = by_holder(ticket, asked, centre=True)
    not_closed(ticket)
    if proposed(ticket, asked):
        return []
    nobody_assists(ticket)
    by_unit = asked.by_unit or unit
    return [propose(ticket, asked, ProposalKind.DECLINE, by_unit, do.explanation_id, citation_id=do.citation_id)]


def propose(
    ticket: Ticket,
    asked: Handle,
    kind: ProposalKind,
    unit: str,
    reason_id: UUID,
    *,
    citation_id: UUID | None = None,
    complexity: Complexity | None = None,
) -> StepProposed:
    """The step waits for a second person. Raises Refused("proposal.open") while another one does."""
    proposal_free(ticket)
    return StepProposed(
        **of_ticket(ticket),
        proposal_id=asked.action_id,
        kind=kind,
        unit=unit,
        reason_id=reason_id,
        citation_id=citation_id,
        complexity=complexity,
        proposed_at=asked.at,
        by=asked.by,
    )


def _confirm(ticket: Ticket, asked: Handle, do: Confirm) -> Facts:
    """A second person of those who proposed it (rules 2.3, 3.4)."""
    by_holder(ticket, asked, centre=True)
    if ticket.handling.confirmed == do.proposal_id:
        return []
    proposal = _of_ours(ticket, asked, do)
    if proposal.by == asked.by:
        raise Refused("second-person.same")
    if proposal.kind == ProposalKind.DECLINE:
        return [_declined(ticket, asked, proposal)]
    assert proposal.complexity is not None, "what is to be longer says how long"
    return [
        TicketClassified(
            **of_ticket(ticket),
            unit=proposal.unit,
            complexity=proposal.complexity,
            previous=ticket.handling.complexity,
            classified_at=asked.at,
            by=proposal.by,
            confirmed_by=asked.by,
            reason_id=proposal.reason_id,
        )
    ]


def _declined(ticket: Ticket, asked: Handle, proposal: ProposedStep) -> TicketDeclined:
    assert proposal.citation_id is not None, "who declines cites a document"
    return TicketDeclined(
        **of_ticket(ticket),
        unit=proposal.unit,
        explanation_id=proposal.reason_id,
        citation_id=proposal.citation_id,
        declined_at=asked.at,
        by=proposal.by,
        confirmed_by=asked.by,
        sampled=sampled(ticket.ticket_id, asked.policy.declined_sample_percent),
    )


def _reject(ticket: Ticket, asked: Handle, do: Reject) -> Facts:
    """No, by a second person or by the first one again."""
    by_holder(ticket, asked, centre=True)
    if ticket.handling.rejected == do.proposal_id:
        return []
    proposal = _of_ours(ticket, asked, do)
    return [
        StepRejected(
            **of_ticket(ticket),
            proposal_id=proposal.proposal_id,
            kind=proposal.kind,
            unit=proposal.unit,
            rejected_at=asked.at,
            by=asked.by,
        )
    ]


def _of_ours(ticket: Ticket, asked: Handle, do: Confirm | Reject) -> ProposedStep:
    """The open proposal, which is confirmed or rejected where it was made."""
    proposal = ticket.handling.proposal
    if proposal is None or proposal.proposal_id != do.proposal_id:
        raise Refused("proposal.unknown")
    if proposal.by.partition("/")[0] != asked.by.partition("/")[0]:
        raise Refused("ticket.not-yours")
    return proposal


def proposed(ticket: Ticket, asked: Handle) -> bool:
    """Whether this action has made the proposal that is open."""
    proposal = ticket.handling.proposal
    return proposal is not None and proposal.proposal_id == asked.action_id
