"""What may be asked of a case; time, ids, the calendar and the policy come with the command."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.tickets import TicketFact
from contracts.vocabulary import ContactMethod, FindingKind, RatingReply, RevisitOutcome
from revisit.domain.calendar import Calendar
from revisit.domain.findings import Circular
from revisit.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Measures:
    """By what is counted, and how a thing gets its id."""

    policy: Policy
    calendar: Calendar
    new_id: Callable[[], UUID]


@dataclass(frozen=True, slots=True)
class Follow:
    """Do what a fact about the ticket asks for. It is decided on the case before the fact."""

    fact: TicketFact
    measures: Measures


class Heard(NamedTuple):
    """What the reporter said."""

    rating: int
    solved: bool
    text_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """Record that the reporter was sought. `caller` is the unit that asks, None for the centre; `officer` who did."""

    revisit_id: UUID
    action_id: UUID
    caller: str | None
    officer: str
    outcome: RevisitOutcome
    method: ContactMethod
    attempted_at: datetime
    heard: Heard | None
    at: datetime
    measures: Measures

    @property
    def by(self) -> str:
        """Who did it, as facts name people: a principal and a number."""
        return f"{f'unit.{self.caller}' if self.caller else 'centre'}/{self.officer}"


@dataclass(frozen=True, slots=True)
class Flagged:
    """Raise a finding by hand, of the newest finish; `text_id` says why."""

    finding: FindingKind
    text_id: UUID


@dataclass(frozen=True, slots=True)
class Proposed:
    """Want a finding confirmed, or its next round opened, with a circular."""

    finding_id: UUID
    reason_id: UUID
    circular: Circular


@dataclass(frozen=True, slots=True)
class Dismissed:
    """Find that it is none."""

    finding_id: UUID
    reason_id: UUID


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Agree to a proposal, as the second person."""

    finding_id: UUID
    proposal_id: UUID


@dataclass(frozen=True, slots=True)
class Reported:
    """Say what was put right."""

    round_id: UUID
    text_id: UUID


@dataclass(frozen=True, slots=True)
class Checked:
    """Say whether what was put right will do."""

    round_id: UUID
    passed: bool
    reason_id: UUID


@dataclass(frozen=True, slots=True)
class Explained:
    """Say something about a bad rating, which the answer is."""

    answer_id: UUID
    how: RatingReply
    text_id: UUID


Judgement = Flagged | Proposed | Dismissed | Confirmed
Rectification = Reported | Checked
Act = Judgement | Rectification | Explained


@dataclass(frozen=True, slots=True)
class ByOfficer:
    """Something that a person asks for: `who` is the principal, `officer` its person."""

    action_id: UUID
    who: str
    officer: str

    @property
    def by(self) -> str:
        """Who does it, as facts name people."""
        return f"{self.who}/{self.officer}"

    @property
    def unit(self) -> str | None:
        """The unit that does it, None for the centre and the office."""
        return self.who.partition(".")[2] or None


@dataclass(frozen=True, slots=True)
class Supervise(ByOfficer):
    """Do something about findings, rounds and bad ratings."""

    act: Act
    at: datetime
    measures: Measures


@dataclass(frozen=True, slots=True)
class Inherit:
    """Let the heir of a unit that was dissolved by a version of the directory do what it had to, None the centre."""

    former: str
    heir: str | None
    version: int
    at: datetime


Command = Follow | Attempt | Supervise | Inherit
