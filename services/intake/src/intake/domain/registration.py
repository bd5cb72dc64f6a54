"""What is decided about a submission, and how it is entered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from contracts.numbers import birthday
from contracts.refusals import Refused
from contracts.vocabulary import Channel
from intake.domain.form import ComplaintForm
from intake.domain.receipts import SHANGHAI
from intake.domain.submission import At, Submission

_ON_THE_SPOT = frozenset((Channel.WINDOW, Channel.KIOSK))
"""Where a complaint may be solved as it comes (rules 2.4)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the district may decide otherwise."""

    future_tolerance: timedelta
    longest_subject: int
    longest_text: int
    most_attachments: int
    largest_bytes: int
    near: timedelta = timedelta(days=90)
    """How far back complaints of the same reporter may lie that are shown as near (rules 2.5)."""
    word_days: int = 20
    """Natural days after the close within which a reporter's word is taken at all (rules 5.2)."""


@dataclass(frozen=True, slots=True)
class Known:
    """A registered complaint, as far as its channel is answered about it."""

    complaint_id: UUID
    channel: str
    source_id: str
    registered_at: datetime
    receipt: str
    fingerprint: bytes

    @property
    def at(self) -> At:
        """What it is recognised by."""
        return self.channel, self.source_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Known):
    """A complaint as it is stored: codes and times in the open, what people said sealed."""

    submitted_at: datetime
    reporter_kind: str
    matter_code: str | None
    place_code: str | None
    secret_hash: bytes
    wrapped_key: bytes
    raw: bytes
    content: bytes


def admit(submission: Submission, policy: Policy, now: datetime) -> None:
    """Let a submission in.

    Raises Refused: `complaint.time-in-future`, `complaint.id-number` for someone not born yet, `request.too-large`, and
    `complaint.invalid` for what is longer than the policy allows or solved where nobody solves anything.
    """
    form = submission.form
    if len(submission.raw) > policy.largest_bytes:
        raise Refused("request.too-large")
    if refused := [*_too_long(form, policy), *_out_of_place(submission)]:
        raise Refused("complaint.invalid", fields=refused)
    if form.submitted_at > now + policy.future_tolerance:
        raise Refused("complaint.time-in-future")
    if form.reporter.id_number and birthday(form.reporter.id_number) > now.astimezone(SHANGHAI).date():
        raise Refused("complaint.id-number")


def _too_long(form: ComplaintForm, policy: Policy) -> list[str]:
    limits = (
        ("subject: string_too_long", len(form.subject), policy.longest_subject),
        ("text: string_too_long", len(form.text), policy.longest_text),
        ("attachments: too_long", len(form.attachments), policy.most_attachments),
        ("solved.reply: string_too_long", len(form.solved.reply) if form.solved else 0, policy.longest_text),
    )
    return [refused for refused, length, most in limits if length > most]


def _out_of_place(submission: Submission) -> list[str]:
    """Online nobody stands by to solve anything."""
    misplaced = submission.form.solved is not None and submission.channel not in _ON_THE_SPOT
    return ["solved: not-at-this-channel"] if misplaced else []


def same(known: Known, fingerprint: bytes) -> Known:
    """The known complaint, said again. Raises Refused("complaint.different-body") for another one (rules 2.2)."""
    if known.fingerprint != fingerprint:
        raise Refused("complaint.different-body")
    return known
