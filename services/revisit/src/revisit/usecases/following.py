"""What revisit does as tickets live: plans who asks after each close, and gives up what was planned before it."""

from collections.abc import Sequence
from datetime import datetime

from chassis.work import Work
from contracts.tickets import TicketDeclined, TicketFact, TicketFinished, TicketOpened, TicketReopened
from revisit import domain, store
from revisit.domain import Finished, Follow, Withdrawn
from revisit.usecases.calendar import measures
from revisit.usecases.counting import count
from revisit.usecases.kit import Kit

_Concerning = TicketOpened | TicketFinished | TicketDeclined | TicketReopened


async def follow(work: Work[Kit], facts: Sequence[TicketFact]) -> None:
    """Plan who asks the reporter again, for each finish (rules 5.1); what is opened again is asked about by nobody.

    Raises CalendarNotYet.
    """
    concerning = [one for one in facts if isinstance(one, _Concerning)]
    if not concerning:
        return
    by = await measures(work, [_instant(one) for one in concerning])
    await store.cases.begin(work.session, {one.ticket_id: one.complaint_id for one in concerning})
    before = await store.cases.locked(work.session, {one.ticket_id for one in concerning})
    cases, counted = dict(before), list[tuple[TicketFact, Finished | Withdrawn]]()
    for fact in concerning:
        case = cases[fact.ticket_id]
        told = domain.decide(case, Follow(fact, by))
        counted += [(fact, one)] if (one := domain.counts(case, fact)) else []
        case = domain.fold(case, [fact, *told])
        heard = domain.hear(case, work.now, by) if case.closed_at == _instant(fact) else []
        cases[fact.ticket_id] = domain.fold(case, heard)
        work.tell(*told, *heard, because=fact)
    await store.cases.save(work.session, [(before[id_], case) for id_, case in cases.items()])
    await count(work, counted)


def _instant(fact: _Concerning) -> datetime:
    match fact:
        case TicketOpened(opened_at=at) | TicketFinished(finished_at=at):
            return at
        case TicketDeclined(declined_at=at) | TicketReopened(reopened_at=at):
            return at
