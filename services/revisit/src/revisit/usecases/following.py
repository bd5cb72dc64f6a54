"""What revisit does as tickets live: plans who asks after each close, and gives up what was planned before it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from chassis.work import Work
from contracts.tickets import TicketDeclined, TicketFact, TicketFinished, TicketOpened, TicketReopened
from revisit import domain, store
from revisit.domain import Case, Finished, Follow, Withdrawn
from revisit.usecases.calendar import measures
from revisit.usecases.counting import count
from revisit.usecases.kit import Kit

_Concerning = TicketOpened | TicketFinished | TicketDeclined | TicketReopened


async def follow(work: Work[Kit], facts: Sequence[TicketFact]) -> None:
    """Plan who asks the reporter again, for each finish (rules 5.1); what is opened again is asked about by nobody.

    What did not come is followed as dispatch's log has it. Raises CalendarNotYet, and Refused("fact.gap") for what is
    missing there too.
    """
    facts = await _closed(work, facts)
    await store.cases.begin(work.session, {one.ticket_id: one.complaint_id for one in facts})
    before = await store.cases.locked(work.session, {one.ticket_id for one in facts})
    cases = dict(before)
    concerning = [one for one in _new(work, cases, facts) if isinstance(one, _Concerning)]
    counted = await _plan(work, cases, concerning) if concerning else []
    await store.cases.save(work.session, [(before[id_], case) for id_, case in cases.items()])
    await count(work, counted)


async def _closed(work: Work[Kit], facts: Sequence[TicketFact]) -> Sequence[TicketFact]:
    """The facts, with those that are missing of a ticket before the first that cannot be followed without them."""
    first = {one.key: work.sequence(one) or 1 for one in reversed(facts)}
    followed = await store.cases.followed(work.session, {one.ticket_id for one in facts})
    known = {str(id_): first[str(id_)] - 1 if count is None else count for id_, count in followed.items()}
    return await work.kit.tickets.closed(work, known, facts)


def _new(work: Work[Kit], cases: dict[UUID, Case], facts: Sequence[TicketFact]) -> Iterator[TicketFact]:
    """Those that were not followed yet; in `cases` they are counted. Raises Refused("fact.gap")."""
    for fact in facts:
        if case := cases[fact.ticket_id].after_one(work.sequence(fact)):
            cases[fact.ticket_id] = case
            yield fact


async def _plan(
    work: Work[Kit], cases: dict[UUID, Case], facts: Sequence[_Concerning]
) -> list[tuple[TicketFact, Finished | Withdrawn]]:
    """Have the cases go on; gives what it means to what repeats. Raises CalendarNotYet."""
    by = await measures(work, [_instant(one) for one in facts])
    counted: list[tuple[TicketFact, Finished | Withdrawn]] = []
    for fact in facts:
        case = cases[fact.ticket_id]
        told = domain.decide(case, Follow(fact, by))
        counted += [(fact, one)] if (one := domain.counts(case, fact)) else []
        case = domain.fold(case, [fact, *told])
        heard = domain.hear(case, work.now, by) if case.closed_at == _instant(fact) else []
        cases[fact.ticket_id] = domain.fold(case, heard)
        work.tell(*told, *heard, because=fact)
    return counted


def _instant(fact: _Concerning) -> datetime:
    match fact:
        case TicketOpened(opened_at=at) | TicketFinished(finished_at=at):
            return at
        case TicketDeclined(declined_at=at) | TicketReopened(reopened_at=at):
            return at
