"""What may be asked of a case; time, ids, the calendar and the policy come with the command."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.tickets import TicketFact
from contracts.vocabulary import ContactMethod, RevisitOutcome
from revisit.domain.calendar import Calendar
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


Command = Follow | Attempt
