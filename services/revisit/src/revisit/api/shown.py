"""How findings with their rounds, and bad ratings, are shown."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.base import Instant
from contracts.vocabulary import Channel, Duty, FindingKind, FindingReason, FindingState, RatingReply
from revisit.usecases import Found, Rated


class _Shown(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Circular(_Shown):
    """通报; without `due_at` the round is due by the term of 3 working days."""

    number: str
    text_id: UUID
    due_at: Instant | None


class Proposal(_Shown):
    """Somebody of the office wants a round opened."""

    proposal_id: UUID
    reason_id: UUID
    circular: Circular
    proposed_at: Instant
    by: str


class Dismissal(_Shown):
    """The office finds that it is none."""

    reason_id: UUID
    dismissed_at: Instant
    by: str


class Report(_Shown):
    """What was put right."""

    text_id: UUID
    reported_at: Instant
    by: str


class Check(_Shown):
    """What the centre thinks of it."""

    passed: bool
    reason_id: UUID
    checked_at: Instant
    by: str


class Round(_Shown):
    """督办: one round, and for what it waits."""

    round_id: UUID
    round: int
    duty: Duty | None
    circular: Circular
    opened_at: Instant
    proposed_by: str
    confirmed_by: str
    report: Report | None
    check: Check | None


class Finding(_Shown):
    """Something for the office to judge, its evidence, and what came of it; `overturned_at` marks the verdict."""

    finding_id: UUID
    finish: int
    unit: str | None
    finding: FindingKind
    why: FindingReason
    answers: list[UUID]
    text_id: UUID | None
    flagged_at: Instant
    by: str | None
    state: FindingState
    proposal: Proposal | None
    dismissal: Dismissal | None
    confirmed_at: Instant | None
    overturned_at: Instant | None
    rounds: list[Round]


class FindingOfTicket(Finding):
    """A finding with its ticket."""

    ticket_id: UUID
    complaint_id: UUID
    channel: Channel | None
    matter_code: str | None

    @classmethod
    def of(cls, found: Found) -> Self:
        """The finding of a case."""
        shown = {name: getattr(found.finding, name) for name in Finding.model_fields}
        return cls.model_validate(shown | _ticket(found), from_attributes=True)


class RoundOfTicket(Round):
    """A round with its finding and its ticket; `unit` has to put it right, the centre without one."""

    ticket_id: UUID
    complaint_id: UUID
    channel: Channel | None
    matter_code: str | None
    unit: str | None
    finding_id: UUID
    finding: FindingKind

    @classmethod
    def of(cls, found: Found) -> Self:
        """The round of a finding of a case."""
        shown = {name: getattr(found.round, name) for name in Round.model_fields}
        about = {name: getattr(found.finding, name) for name in ("unit", "finding_id", "finding")}
        return cls.model_validate(shown | about | _ticket(found), from_attributes=True)


class Reply(_Shown):
    """What was said about a bad rating; `late` says that it came after it was due."""

    how: RatingReply
    text_id: UUID
    late: bool
    answered_at: Instant
    by: str


class BadRating(_Shown):
    """The answer that rated a finish badly, until when it is to be explained or corrected, and what was said."""

    answer_id: UUID
    finish: int
    unit: str | None
    rating: int
    questioned_at: Instant
    due_at: Instant
    reply: Reply | None


class BadRatingOfTicket(BadRating):
    """A bad rating with its ticket."""

    ticket_id: UUID
    complaint_id: UUID
    channel: Channel | None
    matter_code: str | None

    @classmethod
    def of(cls, rated: Rated) -> Self:
        """The bad rating of a case."""
        shown = {name: getattr(rated.rating, name) for name in BadRating.model_fields}
        return cls.model_validate(shown | _ticket(rated), from_attributes=True)


def _ticket(found: Found | Rated) -> dict[str, object]:
    return {name: getattr(found.case, name) for name in ("ticket_id", "complaint_id", "channel", "matter_code")}
