"""What revisit does about units that are dissolved: whatever they still had to do somebody else has to."""

from collections.abc import Sequence

from chassis.work import Work
from contracts.directory import DirectoryFact, UnitListed
from revisit import domain, store
from revisit.domain import Case, Inherit
from revisit.store.units import Dissolved
from revisit.usecases.kit import Kit

MOST = 500
"""Tickets in one transaction."""


async def list_units(work: Work[Kit], facts: Sequence[DirectoryFact]) -> None:
    """Keep which units are listed, and who takes over from those that are not."""
    await store.units.list_units(work.session, [one for one in facts if isinstance(one, UnitListed)])


async def inherit(work: Work[Kit]) -> None:
    """Let the next tickets about which a dissolved unit has something to do be its heir's, at most MOST.

    Called until none is left; also what is planned for it, flagged or rated later.
    """
    gone = await store.units.dissolved(work.session)
    if not gone:
        return
    found = await store.cases.owing(work.session, [one.code for one in gone], MOST)
    before = await store.cases.locked(work.session, found)
    after = [_inherited(work, case, gone) for case in before.values()]
    await store.cases.save(work.session, list(zip(before.values(), after, strict=True)))


def _inherited(work: Work[Kit], case: Case, gone: Sequence[Dissolved]) -> Case:
    successors = {one.code: one.successor for one in gone}
    for unit in gone:
        heir = domain.heir(unit.code, successors)
        told = domain.decide(case, Inherit(unit.code, heir, unit.version, work.now))
        work.tell(*told, correlation=str(case.complaint_id))
        case = domain.fold(case, told)
    return case
