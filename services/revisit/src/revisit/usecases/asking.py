"""What revisit does for those who ask: their worklists, what they tried and heard, and a ticket's answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.work import Work
from contracts.refusals import Refused
from contracts.vocabulary import ContactMethod, RevisitOutcome
from revisit import domain, store
from revisit.domain import Case, Heard, Revisit
from revisit.usecases.calendar import measures
from revisit.usecases.kit import Kit


@dataclass(frozen=True, slots=True)
class Asked:
    """An attempt as somebody tells of it: `caller` is the unit, None for the centre."""

    revisit_id: UUID
    action_id: UUID
    caller: str | None
    officer: str
    outcome: RevisitOutcome
    method: ContactMethod
    attempted_at: datetime
    heard: Heard | None


class Listed(NamedTuple):
    """A revisit with what is known of its ticket."""

    case: Case
    revisit: Revisit


async def attempt(work: Work[Kit], asked: Asked) -> Listed:
    """The revisit after an attempt; said again, it is as it was told. Raises Refused as `domain.decide` does."""
    before = await _locked(work, asked.revisit_id)
    by = await measures(work, [_listed(before, asked.revisit_id).revisit.planned_at, work.now])
    command = domain.Attempt(
        asked.revisit_id,
        asked.action_id,
        asked.caller,
        asked.officer,
        asked.outcome,
        asked.method,
        asked.attempted_at,
        asked.heard,
        work.now,
        by,
    )
    told = domain.decide(before, command)
    after = domain.fold(before, told)
    await store.cases.save(work.session, [(before, after)])
    work.tell(*told, correlation=str(after.complaint_id))
    return _listed(after, asked.revisit_id)


async def _locked(work: Work[Kit], revisit_id: UUID) -> Case:
    ticket_id = await store.cases.ticket_of(work.session, revisit_id)
    if ticket_id is None:
        raise Refused("revisit.unknown")
    found = await store.cases.locked(work.session, [ticket_id])
    return found[ticket_id]


def _listed(case: Case, revisit_id: UUID) -> Listed:
    revisit = case.revisit(revisit_id)
    assert revisit is not None, "what is listed is a revisit of its case"
    return Listed(case, revisit)


async def worklist(work: Work[Kit], unit: str | None, after: UUID | None, most: int) -> list[Listed]:
    """Whom a unit, or the centre, may call now, due first; after the revisit that was seen last.

    Raises Refused("revisit.unknown") for one that never stood there.
    """
    seen = await store.worklist.place(work.session, unit, after) if after else None
    if after and seen is None:
        raise Refused("revisit.unknown")
    found = await store.worklist.waiting(work.session, unit, work.now, seen, most)
    cases = await store.cases.several(work.session, {ticket_id for _, ticket_id in found})
    return [_listed(cases[ticket_id], revisit_id) for revisit_id, ticket_id in found]


async def case_of(work: Work[Kit], ticket_id: UUID) -> Case:
    """What was asked and heard about a ticket. Raises Refused("ticket.unknown")."""
    found = await store.cases.several(work.session, [ticket_id])
    if ticket_id not in found:
        raise Refused("ticket.unknown")
    return found[ticket_id]
