"""What a dissolved unit still had to do after the reply is done by its heir, by the centre without one (policy)."""

from collections.abc import Mapping

from contracts.revisits import DutiesInherited
from revisit.domain.cases import Case, evolve
from revisit.domain.commands import Inherit


def heir(unit: str, dissolved: Mapping[str, str | None]) -> str | None:
    """Who takes over from a unit, by the successors of those that are dissolved; None where nobody is left.

    A successor that was dissolved itself is followed to its own; a circle is walked once.
    """
    seen: set[str] = set()
    at: str | None = unit
    while at is not None and at in dissolved and at not in seen:
        seen.add(at)
        at = dissolved[at]
    return None if at in dissolved else at


def inherit(case: Case, asked: Inherit) -> list[DutiesInherited]:
    """What is told where the unit still has something to do; nothing where it has not."""
    fact = DutiesInherited(
        ticket_id=case.ticket_id,
        complaint_id=case.complaint_id,
        former=asked.former,
        heir=asked.heir,
        directory_version=asked.version,
        inherited_at=asked.at,
    )
    return [fact] if evolve(case, fact) != case else []
