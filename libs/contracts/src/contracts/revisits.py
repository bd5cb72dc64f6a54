"""Facts about revisits, told by revisit on `revisits`: who asks the reporter again, when, and what was heard (rules 5).

`unit` is the unit whose ticket it was when it was closed, None for what was solved on the spot. `finish` counts how
often the ticket was finished or declined: each time has revisits of its own.
"""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.base import Fact, Instant
from contracts.ids import ComplaintId, TextId, TicketId, UnitCode
from contracts.tickets import Officer
from contracts.vocabulary import (
    AnswerSource,
    ContactMethod,
    FindingKind,
    FindingReason,
    RevisitKind,
    RevisitOutcome,
    RevisitResult,
    SampleRule,
)

Rating = Annotated[int, Field(ge=1, le=5)]
"""满意度: `contracts.vocabulary.Level` names each."""

Finish = Annotated[int, Field(ge=1)]


class _OfTicket(Fact):
    """Which ticket it is about, whose it was, and which of its finishes."""

    ticket_id: TicketId
    complaint_id: ComplaintId
    unit: UnitCode | None
    finish: Finish


class RevisitPlanned(_OfTicket, type="revisit.planned.v1", topic="revisits", producer="revisit", key="ticket_id"):
    """The reporter will be asked (回访, rules 5.1), by the unit `caller`, by the centre without one.

    `sampled_by` says by which rule the centre asks. `next_at` is from when on the reporter may be called.
    """

    revisit_id: UUID
    kind: RevisitKind
    caller: UnitCode | None
    planned_at: Instant
    due_at: Instant
    next_at: Instant
    sampled_by: SampleRule | None
    policy: int


class RevisitAttempted(_OfTicket, type="revisit.attempted.v1", topic="revisits", producer="revisit", key="ticket_id"):
    """The reporter was sought: reached, not reached, or reached and did not want to answer (rules 5.1).

    `number` counts the revisit's attempts. `next_at` is from when on the reporter may be called again about the ticket,
    by whomever: nobody is called twice a day.
    """

    revisit_id: UUID
    attempt_id: UUID
    number: Annotated[int, Field(ge=1)]
    outcome: RevisitOutcome
    method: ContactMethod
    attempted_at: Instant
    next_at: Instant
    action_id: UUID
    by: Officer


class RevisitAnswered(_OfTicket, type="revisit.answered.v1", topic="revisits", producer="revisit", key="ticket_id"):
    """What the reporter said: a rating from 1 to 5, and whether it is solved (rules 5.1, 5.2).

    `text_id` is the note of it, sealed with intake. Answers to the unit and to the centre are kept apart.
    """

    answer_id: UUID
    revisit_id: UUID | None
    source: AnswerSource
    rating: Rating | None
    solved: bool
    text_id: TextId | None
    answered_at: Instant
    by: Officer | None


class RevisitClosed(_OfTicket, type="revisit.closed.v1", topic="revisits", producer="revisit", key="ticket_id"):
    """Nobody is asked any more, and why. Not reached is not satisfied: it is in no denominator (rules 5.1)."""

    revisit_id: UUID
    kind: RevisitKind
    result: RevisitResult
    closed_at: Instant


class FindingFlagged(_OfTicket, type="finding.flagged.v1", topic="revisits", producer="revisit", key="ticket_id"):
    """Something for the centre to judge (rules 5.2): 应解决未解决 or 谎报. `answers` are the evidence, by id."""

    finding_id: UUID
    finding: FindingKind
    why: FindingReason
    answers: tuple[UUID, ...]
    flagged_at: Instant
    by: Officer | None


RevisitFact = RevisitPlanned | RevisitAttempted | RevisitAnswered | RevisitClosed | FindingFlagged
