"""The reporter's own word after the reply: about which close it is, and when it is too late (rules 5.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.tickets import TicketDeclined, TicketFact, TicketFinished, TicketReopened


@dataclass(frozen=True, slots=True)
class Closing:
    """A complaint's ticket, and since when it is closed; None while it is open again."""

    complaint_id: UUID
    ticket_id: UUID
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Word:
    """What the reporter says of a close, under an id of their own; without a rating it is 一键未解决."""

    word_id: UUID
    rating: int | None
    solved: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A word as it was kept."""

    complaint_id: UUID
    closed_at: datetime
    word: Word
    said_at: datetime


def closings(facts: Iterable[TicketFact]) -> list[Closing]:
    """Which complaints are closed after these facts, and which are open again."""
    found: dict[UUID, Closing] = {}
    for fact in facts:
        match fact:
            case TicketFinished(finished_at=at) | TicketDeclined(declined_at=at):
                found[fact.complaint_id] = Closing(fact.complaint_id, fact.ticket_id, at)
            case TicketReopened():
                found[fact.complaint_id] = Closing(fact.complaint_id, fact.ticket_id, None)
            case _:
                pass
    return list(found.values())
