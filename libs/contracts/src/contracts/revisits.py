"""Facts told by revisit on `revisits`: who asks the reporter again, what was heard, and what comes of it (rules 5).

`unit` is the unit whose ticket it was when it was closed, None for what was solved on the spot. `finish` counts how
often the ticket was finished or declined: each time has revisits of its own.
"""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from contracts.base import Fact, Instant
from contracts.ids import ComplaintId, TextId, TicketId, UnitCode
from contracts.tickets import Officer
from contracts.vocabulary import (
    AnswerSource,
    ContactMethod,
    FindingKind,
    FindingReason,
    RatingReply,
    RevisitKind,
    RevisitOutcome,
    RevisitResult,
    SampleRule,
)

Rating = Annotated[int, Field(ge=1, le=5)]
"""满意度: `contracts.vocabulary.Level` names each."""

Finish = Annotated[int, Field(ge=1)]

Round = Annotated[int, Field(ge=1)]

CircularNumber = Annotated[str, StringConstraints(pattern=r"^〔20[0-9]{2}〕[1-9][0-9]{0,4}号$")]
"""文号 of a circular 通报, like 〔2026〕12号: a year and a number, no words."""


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
    """Something for the office to judge (rules 5.2): 应解决未解决, 谎报 or 瞒报. `answers` are the evidence, by id.

    What the centre or the office raises by hand has a `text_id` instead: why, sealed with intake; and an `action_id`.
    """

    finding_id: UUID
    finding: FindingKind
    why: FindingReason
    answers: tuple[UUID, ...]
    flagged_at: Instant
    by: Officer | None
    text_id: TextId | None = None
    action_id: UUID | None = None


class _OfFinding(_OfTicket):
    finding_id: UUID


class FindingProposed(_OfFinding, type="finding.proposed.v1", topic="revisits", producer="revisit", key="ticket_id"):
    """One person of the office wants it confirmed, and `round` opened with this circular (rules 5.3).

    It takes the place of a proposal before it. `due_at` is None for the term of 3 working days.
    """

    proposal_id: UUID
    round: Round
    reason_id: TextId
    circular_number: CircularNumber
    circular_id: TextId
    due_at: Instant | None
    proposed_at: Instant
    action_id: UUID
    by: Officer


class FindingDismissed(_OfFinding, type="finding.dismissed.v1", topic="revisits", producer="revisit", key="ticket_id"):
    """The office finds that it is none, and why (rules 5.2)."""

    reason_id: TextId
    dismissed_at: Instant
    action_id: UUID
    by: Officer


class FindingConfirmed(_OfFinding, type="finding.confirmed.v1", topic="revisits", producer="revisit", key="ticket_id"):
    """It is one, by the word of two persons of the office (rules 5.3)."""

    finding: FindingKind
    proposal_id: UUID
    reason_id: TextId
    confirmed_at: Instant
    proposed_by: Officer
    confirmed_by: Officer


class VerdictOverturned(
    _OfFinding, type="verdict.overturned.v1", topic="revisits", producer="revisit", key="ticket_id"
):
    """The verdict on this finish stays as it was and is marked overturned (rules 5.3); once a finish."""

    overturned_at: Instant


class SupervisionOpened(
    _OfFinding, type="supervision.opened.v1", topic="revisits", producer="revisit", key="ticket_id"
):
    """督办: a round was opened by two persons of the office, with its circular 通报 (rules 5.3).

    `unit` has to rectify, the centre where there is none. `due_at` is None where the office set none: then it is due by
    the term of 3 working days. `round` counts the finding's rounds.
    """

    round_id: UUID
    round: Round
    proposal_id: UUID
    circular_number: CircularNumber
    circular_id: TextId
    due_at: Instant | None
    opened_at: Instant
    proposed_by: Officer
    confirmed_by: Officer
    action_id: UUID


class RectificationReported(
    _OfFinding, type="rectification.reported.v1", topic="revisits", producer="revisit", key="ticket_id"
):
    """整改: what was put right in a round, sealed with intake (rules 5.3)."""

    round_id: UUID
    round: Round
    text_id: TextId
    reported_at: Instant
    action_id: UUID
    by: Officer


class SupervisionChecked(
    _OfFinding, type="supervision.checked.v1", topic="revisits", producer="revisit", key="ticket_id"
):
    """The centre looked at what was put right (rules 5.3); what did not pass waits for the next round."""

    round_id: UUID
    round: Round
    passed: bool
    reason_id: TextId
    checked_at: Instant
    action_id: UUID
    by: Officer


class RatingQuestioned(_OfTicket, type="rating.questioned.v1", topic="revisits", producer="revisit", key="ticket_id"):
    """A bad rating, 1 or 2, is for the unit to explain or to correct until it is due (rules 5.4); once a finish.

    `answer_id` says which answer rated it. The centre does so where there is no unit.
    """

    answer_id: UUID
    rating: Rating
    questioned_at: Instant
    due_at: Instant
    policy: int


class RatingAnswered(_OfTicket, type="rating.answered.v1", topic="revisits", producer="revisit", key="ticket_id"):
    """The unit explained or corrected, sealed with intake; then the centre asks the reporter again (rules 5.4).

    `late` says that it came after it was due.
    """

    answer_id: UUID
    how: RatingReply
    text_id: TextId
    due_at: Instant
    late: bool
    answered_at: Instant
    action_id: UUID
    by: Officer


class DutiesInherited(Fact, type="duties.inherited.v1", topic="revisits", producer="revisit", key="ticket_id"):
    """What a unit that was dissolved still had to do about a ticket is its heir's, the centre's without one (policy).

    That is to ask, to explain or correct, to put right, and whatever a finding that is not settled brings.
    """

    ticket_id: TicketId
    complaint_id: ComplaintId
    former: UnitCode
    heir: UnitCode | None
    directory_version: int
    inherited_at: Instant


RatingFact = RatingQuestioned | RatingAnswered
SupervisionFact = (
    FindingProposed
    | FindingDismissed
    | FindingConfirmed
    | VerdictOverturned
    | SupervisionOpened
    | RectificationReported
    | SupervisionChecked
)
RevisitFact = (
    RevisitPlanned
    | RevisitAttempted
    | RevisitAnswered
    | RevisitClosed
    | FindingFlagged
    | SupervisionFact
    | RatingFact
    | DutiesInherited
)
