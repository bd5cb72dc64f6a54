"""What revisit does about blockages and improvements for people: ranks, lists, and takes what they decided."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from chassis.work import Work
from contracts.refusals import Refused
from contracts.vocabulary import ImprovementState
from revisit import domain, store
from revisit.domain import Blockage, Improvement
from revisit.domain.improvements import Act, evolve
from revisit.usecases.kit import Kit


@dataclass(frozen=True, slots=True)
class Improving:
    """Something done about an improvement, as somebody tells of it: `who` is a principal."""

    action_id: UUID
    who: str
    officer: str
    act: Act


class Ranking(NamedTuple):
    """A blockage, how often it was why, and the newest improvement against it."""

    blockage: Blockage
    finishes: int
    improvement: Improvement | None


async def improve(work: Work[Kit], improvement_id: UUID, asked: Improving) -> Improvement:
    """The improvement after it; said again, it is as it is now.

    Raises Refused("improvement.unknown"), and as `domain.improve` does.
    """
    before = await _locked(work, improvement_id)
    command = domain.Improve(asked.action_id, asked.who, asked.officer, asked.act, work.now, work.kit.bar)
    told = domain.improve(before, command)
    after = before
    for fact in told:
        after = evolve(after, fact)
    if told:
        await store.improvements.save(work.session, [after])
        work.tell(*told)
    return after


async def _locked(work: Work[Kit], improvement_id: UUID) -> Improvement:
    found = await one(work, improvement_id)
    await store.blockages.lock(work.session, [found.blockage])
    return await one(work, improvement_id)


async def one(work: Work[Kit], improvement_id: UUID) -> Improvement:
    """An improvement. Raises Refused("improvement.unknown")."""
    found = await store.improvements.one(work.session, improvement_id)
    if found is None:
        raise Refused("improvement.unknown")
    return found


async def of_tickets(work: Work[Kit], ticket_ids: Collection[UUID]) -> list[UUID]:
    """The ids of the improvements of what these tickets were finished for."""
    return await store.improvements.of_tickets(work.session, ticket_ids)


async def rank(work: Work[Kit], last: date | None, days: int, principal: str | None, most: int) -> list[Ranking]:
    """What tickets were finished for within so many days up to a date, today if none, most first."""
    last = last or domain.date_of(work.now)
    found = await store.blockages.ranked(work.session, last - timedelta(days=days - 1), last, principal, most)
    newest = await store.improvements.newest(work.session, [one.blockage for one in found])
    return [Ranking(*one, newest.get(one.blockage)) for one in found]


async def improvements(
    work: Work[Kit], state: ImprovementState, principal: str | None, after: UUID | None, most: int
) -> list[Improvement]:
    """Those that stand so, of all or of one principal, oldest first. Raises Refused("improvement.unknown")."""
    seen = await one(work, after) if after else None
    return await store.improvements.waiting(work.session, state, principal, seen, most)
