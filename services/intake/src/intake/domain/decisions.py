"""What the desk decides about a complaint that no rule could place: what ranking learns from (rules 3.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from contracts.tickets import TicketDispatched, TicketFact, TicketReturned
from contracts.vocabulary import DispatchRule


@dataclass(frozen=True, slots=True)
class Decision:
    """The unit that a hand named for a complaint, and the matter that its ticket has, if it has one."""

    complaint_id: UUID
    unit: str
    matter: str | None


@dataclass(frozen=True, slots=True)
class Undone:
    """The unit gave the ticket back: what was decided was wrong, or never was."""

    complaint_id: UUID


def decisions(facts: Iterable[TicketFact]) -> list[Decision | Undone]:
    """The last word of these facts, in their order, on each complaint of which they have one.

    What a rule decided teaches nothing, least of all what a ranking did.
    """
    last: dict[UUID, Decision | Undone] = {}
    for fact in facts:
        match fact:
            case TicketDispatched(rule=DispatchRule.BY_HAND):
                last[fact.complaint_id] = Decision(fact.complaint_id, fact.unit, fact.matter_code)
            case TicketReturned():
                last[fact.complaint_id] = Undone(fact.complaint_id)
            case _:
                pass
    return list(last.values())
