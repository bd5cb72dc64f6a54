"""A finding and its rounds (rules 5.2, 5.3): who flagged, proposed, confirmed, rectified and checked what.

`judged` is pure, and takes one fact about the finding. Nothing is taken away: a proposal that was replaced stays.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from contracts.revisits import (
    FindingConfirmed,
    FindingDismissed,
    FindingFlagged,
    FindingProposed,
    RectificationReported,
    SupervisionChecked,
    SupervisionFact,
    SupervisionOpened,
    VerdictOverturned,
)
from contracts.vocabulary import Duty, FindingKind, FindingReason, FindingState


@dataclass(frozen=True, slots=True)
class Circular:
    """通报: its number, its text, sealed with intake, and until when to rectify; by the policy's term without one."""

    number: str
    text_id: UUID
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """One person of the office wants a round opened."""

    proposal_id: UUID
    action_id: UUID
    reason_id: UUID
    circular: Circular
    proposed_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Dismissal:
    """The office finds that it is none."""

    action_id: UUID
    reason_id: UUID
    dismissed_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was put right."""

    action_id: UUID
    text_id: UUID
    reported_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Check:
    """What the centre thinks of what was put right."""

    action_id: UUID
    passed: bool
    reason_id: UUID
    checked_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Round:
    """督办: one time that a unit is made to put it right. `action_id` is the second person's, which opened it."""

    round_id: UUID
    round: int
    action_id: UUID
    proposal_id: UUID
    circular: Circular
    opened_at: datetime
    proposed_by: str
    confirmed_by: str
    report: Report | None = None
    check: Check | None = None

    @property
    def duty(self) -> Duty | None:
        """For what it waits."""
        if self.report is None:
            return Duty.RECTIFICATION
        return Duty.CHECK if self.check is None else None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something for the office to judge, the answers that are its evidence, and what came of it.

    `unit` is who has to put it right, the centre without one. `text_id` says why somebody raised it by hand.
    """

    finding_id: UUID
    finish: int
    finding: FindingKind
    why: FindingReason
    answers: tuple[UUID, ...]
    flagged_at: datetime
    unit: str | None = None
    by: str | None = None
    text_id: UUID | None = None
    action_id: UUID | None = None
    proposals: tuple[Proposal, ...] = ()
    dismissal: Dismissal | None = None
    confirmed_at: datetime | None = None
    overturned_at: datetime | None = None
    rounds: tuple[Round, ...] = ()

    @property
    def state(self) -> FindingState:
        """How far it has come."""
        if self.dismissal:
            return FindingState.DISMISSED
        check = self.rounds[-1].check if self.rounds else None
        if self.rounds and check is None:
            return FindingState.SUPERVISED
        if check and check.passed:
            return FindingState.RECTIFIED
        if self.proposal:
            return FindingState.PROPOSED
        return FindingState.FAILED if self.rounds else FindingState.FLAGGED

    @property
    def settled(self) -> bool:
        """Whether nobody has to do anything about it any more."""
        return self.state in (FindingState.DISMISSED, FindingState.RECTIFIED)

    @property
    def duty(self) -> Duty | None:
        """Whether the office has to judge it, or to open its next round."""
        open_ = (FindingState.FLAGGED, FindingState.PROPOSED, FindingState.FAILED)
        return Duty.JUDGEMENT if self.state in open_ else None

    @property
    def proposal(self) -> Proposal | None:
        """The proposal that waits for a second person: the newest, unless a round came of it."""
        newest = self.proposals[-1] if self.proposals else None
        used = newest is not None and any(one.proposal_id == newest.proposal_id for one in self.rounds)
        return None if used else newest


def flagged(fact: FindingFlagged) -> Finding:
    """The finding that the fact is about."""
    return Finding(
        fact.finding_id,
        fact.finish,
        fact.finding,
        fact.why,
        fact.answers,
        fact.flagged_at,
        fact.unit,
        fact.by,
        fact.text_id,
        fact.action_id,
    )


def judged(finding: Finding, fact: SupervisionFact) -> Finding:
    """The finding after a fact about it."""
    match fact:
        case FindingProposed():
            return replace(finding, proposals=(*finding.proposals, _proposed(fact)))
        case FindingDismissed():
            dismissal = Dismissal(fact.action_id, fact.reason_id, fact.dismissed_at, fact.by)
            return replace(finding, dismissal=dismissal)
        case FindingConfirmed():
            return replace(finding, confirmed_at=fact.confirmed_at)
        case VerdictOverturned():
            return replace(finding, overturned_at=fact.overturned_at)
        case SupervisionOpened():
            return replace(finding, rounds=(*finding.rounds, _opened(fact)))
        case RectificationReported() | SupervisionChecked():
            return replace(finding, rounds=tuple(_went_on(one, fact) for one in finding.rounds))
        case _:
            assert_never(fact)


def _proposed(fact: FindingProposed) -> Proposal:
    return Proposal(fact.proposal_id, fact.action_id, fact.reason_id, _circular(fact), fact.proposed_at, fact.by)


def _circular(fact: FindingProposed | SupervisionOpened) -> Circular:
    return Circular(fact.circular_number, fact.circular_id, fact.due_at)


def _opened(fact: SupervisionOpened) -> Round:
    return Round(
        fact.round_id,
        fact.round,
        fact.action_id,
        fact.proposal_id,
        _circular(fact),
        fact.opened_at,
        fact.proposed_by,
        fact.confirmed_by,
    )


def _went_on(round_: Round, fact: RectificationReported | SupervisionChecked) -> Round:
    if round_.round_id != fact.round_id:
        return round_
    match fact:
        case RectificationReported():
            return replace(round_, report=Report(fact.action_id, fact.text_id, fact.reported_at, fact.by))
        case SupervisionChecked():
            check = Check(fact.action_id, fact.passed, fact.reason_id, fact.checked_at, fact.by)
            return replace(round_, check=check)
        case _:
            assert_never(fact)
