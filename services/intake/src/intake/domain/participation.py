"""Which units take part in a complaint: they may see it and write about it (rules 6, 7)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from contracts.tickets import (
    AssistAsked,
    AssistLapsed,
    DelegationLapsed,
    TicketDelegated,
    TicketDispatched,
    TicketFact,
    TicketQueuedForManualDispatch,
    TicketReturned,
)

At = tuple[UUID, str, datetime]
"""A complaint, a unit and since when: what a part is recognised by."""


@dataclass(frozen=True, slots=True)
class Part:
    """A unit's part in a complaint: since when, and until when once it has ended."""

    complaint_id: UUID
    unit: str
    since: datetime
    until: datetime | None = None

    @property
    def at(self) -> At:
        """What it is recognised by."""
        return self.complaint_id, self.unit, self.since


def follow(held: Iterable[Part], facts: Iterable[TicketFact]) -> list[Part]:
    """The parts that these facts, in their order, have begin or end; `held` are all of their complaints'."""
    parts: dict[UUID, dict[At, Part]] = {}
    for part in held:
        parts.setdefault(part.complaint_id, {})[part.at] = part
    changed: dict[At, Part] = {}
    for fact in facts:
        of_complaint = parts.setdefault(fact.complaint_id, {})
        told = {part.at: part for part in _changes(of_complaint.values(), fact)}
        of_complaint |= told
        changed |= told
    return list(changed.values())


def _changes(parts: Collection[Part], fact: TicketFact) -> list[Part]:
    """What the fact has begin or end; nothing by one that says nothing about who takes part."""
    match fact:
        case TicketDispatched():
            return _handed_over(parts, Part(fact.complaint_id, fact.unit, fact.dispatched_at))
        case AssistAsked():
            return _joined(parts, Part(fact.complaint_id, fact.unit, fact.asked_at))
        case TicketDelegated():
            return _joined(parts, Part(fact.complaint_id, fact.to, fact.delegated_at))
        case _:
            return _left(parts, fact)


def _left(parts: Collection[Part], fact: TicketFact) -> list[Part]:
    """The parts that it ends; what waits for the centre's hand is nobody's."""
    match fact:
        case TicketReturned():
            return _ended(parts, (fact.unit,), fact.returned_at)
        case AssistLapsed():
            return _ended(parts, (fact.unit,), fact.lapsed_at)
        case DelegationLapsed():
            return _ended(parts, fact.lost, fact.lapsed_at)
        case TicketQueuedForManualDispatch():
            return _ended(parts, {part.unit for part in parts}, fact.queued_at)
        case _:
            return []


def _ended(parts: Collection[Part], units: Collection[str], at: datetime) -> list[Part]:
    return [replace(part, until=at) for part in _present(parts) if part.unit in units]


def _handed_over(parts: Collection[Part], new: Part) -> list[Part]:
    """The unit takes part, and nobody else any longer; nothing when that was told before (rules 3.2)."""
    if any(part.at == new.at for part in parts):
        return []
    present = _present(parts)
    ended = [replace(part, until=new.since) for part in present if part.unit != new.unit]
    return ended if any(part.unit == new.unit for part in present) else [*ended, new]


def _joined(parts: Collection[Part], new: Part) -> list[Part]:
    """The unit takes part beside the others; nothing when it does already, or did from that instant on (rules 3.6)."""
    known = any(part.unit == new.unit for part in _present(parts)) or any(part.at == new.at for part in parts)
    return [] if known else [new]


def _present(parts: Collection[Part]) -> list[Part]:
    return [part for part in parts if part.until is None]
