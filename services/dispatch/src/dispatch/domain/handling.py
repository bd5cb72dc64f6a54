"""What a unit does with a ticket after it was dispatched, as a value: `handled` is what it is after a fact."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from contracts.tickets import (
    AssistAnswered,
    AssistAsked,
    AssistLapsed,
    AssistWithdrawn,
    DelegationLapsed,
    HandlingFact,
    ReopeningRefused,
    ReopeningRequested,
    ReporterContactAttempted,
    StepProposed,
    StepRejected,
    TicketAccepted,
    TicketClassified,
    TicketDeclined,
    TicketDelegated,
    TicketFinished,
    TicketLinked,
    TicketProgressed,
    TicketReopened,
    TicketReturned,
    TicketTracked,
    TicketWithdrawn,
)
from contracts.vocabulary import AssistState, Complexity, ProposalKind


@dataclass(frozen=True, slots=True)
class Assist:
    """协办: a part of the work that another unit was asked for."""

    assist_id: UUID
    unit: str
    due_at: datetime
    asked_at: datetime
    state: AssistState = AssistState.ASKED
    answer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Delegation:
    """向下派单: a unit below that has the work, and since when."""

    unit: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ProposedStep:
    """A step that a second person must confirm."""

    proposal_id: UUID
    kind: ProposalKind
    unit: str
    by: str
    reason_id: UUID
    citation_id: UUID | None = None
    complexity: Complexity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """What was done so far.

    `accepted_at` is the first acceptance, from which clocks run on whatever happens later (首受负责制, rules 3.2).
    `reply_id` is that of the last finish; earlier ones stay in the facts. `sampled` is of a declined one that the
    centre revisits. `round` counts openings.
    """

    complexity: Complexity = Complexity.GENERAL
    accepted_at: datetime | None = None
    contacts: tuple[UUID, ...] = ()
    contacted_at: datetime | None = None
    returned_by: tuple[str, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    assists: tuple[Assist, ...] = ()
    proposal: ProposedStep | None = None
    confirmed: UUID | None = None
    rejected: UUID | None = None
    explanation_id: UUID | None = None
    progress_id: UUID | None = None
    next_progress_at: datetime | None = None
    reply_id: UUID | None = None
    finished_by: str | None = None
    linked_to: UUID | None = None
    reopening_requested_at: datetime | None = None
    refused_reason_id: UUID | None = None
    closed_at: datetime | None = None
    sampled: bool = False
    round: int = 1

    @property
    def open_assists(self) -> Iterator[Assist]:
        """Those that wait for an answer."""
        return (one for one in self.assists if one.state == AssistState.ASKED)

    def assist(self, assist_id: UUID) -> Assist | None:
        """The assist with this id."""
        return next((one for one in self.assists if one.assist_id == assist_id), None)


_Closing = TicketDeclined | TicketFinished | TicketLinked | TicketWithdrawn
_Reopening = ReopeningRequested | ReopeningRefused | TicketReopened

UNTOUCHED = Handling()
"""Before anybody did anything."""


def handled(so_far: Handling, fact: HandlingFact) -> Handling:
    """What was done after one more fact. Never fails."""
    match fact:
        case TicketAccepted() | TicketClassified() | ReporterContactAttempted():
            return _begun(so_far, fact)
        case TicketTracked() | TicketProgressed() | StepProposed() | StepRejected():
            return _followed(so_far, fact)
        case TicketReturned() | AssistAsked() | AssistAnswered() | AssistWithdrawn() | TicketDelegated():
            return _passed_on(so_far, fact)
        case AssistLapsed() | DelegationLapsed():
            return _lapsed(so_far, fact)
        case _:
            return _closed_or_opened(so_far, fact)


def _begun(so_far: Handling, fact: TicketAccepted | TicketClassified | ReporterContactAttempted) -> Handling:
    match fact:
        case TicketAccepted():
            accepted_at = so_far.accepted_at or fact.accepted_at
            return replace(so_far, accepted_at=accepted_at, complexity=fact.complexity)
        case TicketClassified():
            settled = _confirmed(so_far) if fact.confirmed_by else so_far
            return replace(settled, complexity=fact.complexity)
        case ReporterContactAttempted():
            return _contacted(so_far, fact)
        case _:
            assert_never(fact)


def _followed(so_far: Handling, fact: TicketTracked | TicketProgressed | StepProposed | StepRejected) -> Handling:
    match fact:
        case TicketTracked():
            return replace(so_far, explanation_id=fact.explanation_id, next_progress_at=fact.next_progress_at)
        case TicketProgressed():
            return replace(so_far, progress_id=fact.note_id, next_progress_at=fact.next_progress_at)
        case StepProposed():
            return replace(so_far, proposal=_proposal(fact))
        case StepRejected():
            return replace(so_far, proposal=None, rejected=fact.proposal_id)
        case _:
            assert_never(fact)


def _passed_on(
    so_far: Handling, fact: TicketReturned | AssistAsked | AssistAnswered | AssistWithdrawn | TicketDelegated
) -> Handling:
    match fact:
        case TicketReturned():
            return replace(so_far, returned_by=(*so_far.returned_by, fact.unit))
        case AssistAsked():
            asked = Assist(fact.assist_id, fact.unit, fact.due_at, fact.asked_at)
            return replace(so_far, assists=(*so_far.assists, asked))
        case AssistAnswered():
            return _assisted(so_far, fact.assist_id, AssistState.ANSWERED, fact.answer_id)
        case AssistWithdrawn():
            return _assisted(so_far, fact.assist_id, AssistState.WITHDRAWN)
        case TicketDelegated():
            return replace(so_far, delegations=_delegated(so_far, fact))
        case _:
            assert_never(fact)


def _lapsed(so_far: Handling, fact: AssistLapsed | DelegationLapsed) -> Handling:
    match fact:
        case AssistLapsed():
            return _assisted(so_far, fact.assist_id, AssistState.LAPSED)
        case DelegationLapsed():
            units = [one.unit for one in so_far.delegations]
            kept = units.index(fact.unit) if fact.unit in units else len(units)
            return replace(so_far, delegations=so_far.delegations[:kept])
        case _:
            assert_never(fact)


def _closed_or_opened(so_far: Handling, fact: _Closing | _Reopening) -> Handling:
    match fact:
        case TicketDeclined():
            return replace(_closed(_confirmed(so_far), fact.declined_at), sampled=fact.sampled)
        case TicketFinished():
            return replace(_closed(so_far, fact.finished_at), reply_id=fact.reply_id, finished_by=fact.by)
        case TicketLinked():
            return replace(_closed(so_far, fact.linked_at), linked_to=fact.to)
        case TicketWithdrawn():
            return _closed(so_far, fact.withdrawn_at)
        case _:
            return _opened_again(so_far, fact)


def _opened_again(so_far: Handling, fact: _Reopening) -> Handling:
    match fact:
        case ReopeningRequested():
            return replace(so_far, reopening_requested_at=fact.requested_at, refused_reason_id=None)
        case ReopeningRefused():
            return replace(so_far, reopening_requested_at=None, refused_reason_id=fact.reason_id)
        case TicketReopened():
            return replace(so_far, reopening_requested_at=None, closed_at=None, sampled=False, round=fact.round)
        case _:
            assert_never(fact)


def _contacted(so_far: Handling, fact: ReporterContactAttempted) -> Handling:
    reached_at = so_far.contacted_at or (fact.attempted_at if fact.reached else None)
    return replace(so_far, contacts=(*so_far.contacts, fact.contact_id), contacted_at=reached_at)


def _assisted(so_far: Handling, assist_id: UUID, state: AssistState, answer_id: UUID | None = None) -> Handling:
    assists = (
        replace(one, state=state, answer_id=answer_id) if one.assist_id == assist_id else one for one in so_far.assists
    )
    return replace(so_far, assists=tuple(assists))


def _delegated(so_far: Handling, fact: TicketDelegated) -> tuple[Delegation, ...]:
    """Down to the unit that passed it on, and one further."""
    units = [one.unit for one in so_far.delegations]
    kept = units.index(fact.unit) + 1 if fact.unit in units else 0
    return (*so_far.delegations[:kept], Delegation(fact.to, fact.delegated_at))


def _proposal(fact: StepProposed) -> ProposedStep:
    return ProposedStep(
        fact.proposal_id, fact.kind, fact.unit, fact.by, fact.reason_id, fact.citation_id, fact.complexity
    )


def _confirmed(so_far: Handling) -> Handling:
    if so_far.proposal is None:
        return so_far
    return replace(so_far, proposal=None, confirmed=so_far.proposal.proposal_id)


def _closed(so_far: Handling, at: datetime) -> Handling:
    """Nothing waits any more: open assists and proposals fall away with the ticket."""
    assists = (
        replace(one, state=AssistState.WITHDRAWN) if one.state == AssistState.ASKED else one for one in so_far.assists
    )
    return replace(so_far, closed_at=at, assists=tuple(assists), proposal=None)
