"""What is known of an improvement 流程优化 (rules 5.5): who answers for it, what is done, and whether it came back.

`evolve` is pure, and takes what was told of it.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple, assert_never
from uuid import UUID

from contracts.improvements import (
    ImprovementCompleted,
    ImprovementDismissed,
    ImprovementFact,
    ImprovementMeasured,
    ImprovementOwned,
    ImprovementProposed,
    ImprovementReturned,
)
from contracts.vocabulary import Cause, DismissalReason, ImprovementResult, ImprovementState, Measure


class Blockage(NamedTuple):
    """堵点: what repeats."""

    matter_code: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class Own:
    """Let a unit answer for it, the centre where none does."""

    unit: str | None


@dataclass(frozen=True, slots=True)
class Decide:
    """Decide what is done."""

    measure: Measure
    document_number: str | None


@dataclass(frozen=True, slots=True)
class Finish:
    """Say what came of the measure."""

    result: ImprovementResult
    document_number: str | None


@dataclass(frozen=True, slots=True)
class Dismiss:
    """Let nothing be improved."""

    reason: DismissalReason


Act = Own | Decide | Finish | Dismiss


@dataclass(frozen=True, slots=True)
class Step:
    """Something that somebody did about it, under an id of their own."""

    action_id: UUID
    by: str
    act: Act
    at: datetime


@dataclass(frozen=True, slots=True)
class Return:
    """It came back, by a ticket that was finished."""

    returned_by: UUID
    finished_at: datetime
    returned_at: datetime


@dataclass(frozen=True, slots=True)
class Improvement:
    """An improvement as it stands: the window that was too full, the owner, what was done, since when it stands so.

    Without a unit the centre owns what has an owner. `watched_until` is there once it was done.
    """

    improvement_id: UUID
    blockage: Blockage
    number: int
    first: date
    last: date
    finishes: int
    tipped_by: UUID
    proposed_at: datetime
    since: datetime
    state: ImprovementState = ImprovementState.PROPOSED
    owned: bool = False
    unit: str | None = None
    done_at: datetime | None = None
    watched_until: datetime | None = None
    steps: tuple[Step, ...] = ()
    returns: tuple[Return, ...] = ()

    def step(self, action_id: UUID) -> Step | None:
        """What was done under this id."""
        return next((one for one in self.steps if one.action_id == action_id), None)

    @property
    def ended_at(self) -> datetime | None:
        """Until when it had its say about what repeats; None while it is open."""
        return None if self.state.open else self.watched_until or self.since

    def watched(self, at: datetime) -> bool:
        """Whether it was done by then, and is still watched."""
        done = self.state is ImprovementState.DONE and self.done_at and self.watched_until
        return bool(done and self.done_at and self.watched_until and self.done_at < at <= self.watched_until)


def proposed(fact: ImprovementProposed) -> Improvement:
    """The improvement that was proposed."""
    return Improvement(
        fact.improvement_id,
        Blockage(fact.matter_code, fact.cause),
        fact.number,
        fact.first,
        fact.last,
        fact.finishes,
        fact.tipped_by,
        fact.proposed_at,
        fact.proposed_at,
    )


def evolve(before: Improvement | None, fact: ImprovementFact) -> Improvement:
    """The improvement after a fact; each but the first one has one before it."""
    if isinstance(fact, ImprovementProposed):
        return proposed(fact)
    assert before is not None, "what was not proposed is not improved"
    if isinstance(fact, ImprovementReturned):
        return _returned(before, fact)
    return _done(before, fact)


def _returned(before: Improvement, fact: ImprovementReturned) -> Improvement:
    new = Return(fact.returned_by, fact.finished_at, fact.returned_at)
    state, returns = ImprovementState.RETURNED, (*before.returns, new)
    return replace(before, state=state, since=fact.returned_at, done_at=None, watched_until=None, returns=returns)


def _done(
    before: Improvement, fact: ImprovementOwned | ImprovementMeasured | ImprovementCompleted | ImprovementDismissed
) -> Improvement:
    match fact:
        case ImprovementOwned(unit=unit, owned_at=at):
            owned = replace(before, owned=True, unit=unit)
            return _stepped(owned, fact, Own(unit), at, _owned(before.state))
        case ImprovementMeasured(measured_at=at):
            return _stepped(before, fact, Decide(fact.measure, fact.document_number), at, ImprovementState.MEASURED)
        case ImprovementCompleted(completed_at=at):
            done = replace(before, done_at=at, watched_until=fact.watched_until)
            return _stepped(done, fact, Finish(fact.result, fact.document_number), at, ImprovementState.DONE)
        case ImprovementDismissed(dismissed_at=at):
            return _stepped(before, fact, Dismiss(fact.reason), at, ImprovementState.DISMISSED)
        case _:
            assert_never(fact)


def _owned(state: ImprovementState) -> ImprovementState:
    """Another owner goes on where the one before was; what came back waits for a new measure."""
    return ImprovementState.OWNED if state is ImprovementState.PROPOSED else state


def _stepped(
    before: Improvement,
    fact: ImprovementOwned | ImprovementMeasured | ImprovementCompleted | ImprovementDismissed,
    act: Act,
    at: datetime,
    state: ImprovementState,
) -> Improvement:
    step = Step(fact.action_id, fact.by, act, at)
    since = before.since if state is before.state else at
    return replace(before, state=state, since=since, steps=(*before.steps, step))
