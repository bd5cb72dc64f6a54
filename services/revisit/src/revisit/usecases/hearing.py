"""What revisit does as reporters say themselves how it was: an answer beside the others (rules 5.2)."""

from collections.abc import Sequence

from chassis.work import Work
from contracts.complaints import ComplaintFact, ComplaintRated
from revisit import domain, store
from revisit.usecases.calendar import measures
from revisit.usecases.kit import Kit


async def hear(work: Work[Kit], facts: Sequence[ComplaintFact]) -> None:
    """Keep reporters' words, and take those as answers whose finish is known and that came in time.

    Raises CalendarNotYet.
    """
    words = [one for one in facts if isinstance(one, ComplaintRated)]
    if not words:
        return
    by = await measures(work, [instant for one in words for instant in (one.closed_at, one.rated_at)])
    await store.cases.begin(work.session, {one.ticket_id: one.complaint_id for one in words})
    before = await store.cases.locked(work.session, {one.ticket_id for one in words})
    cases = dict(before)
    for fact in words:
        case = domain.fold(cases[fact.ticket_id], [fact])
        told = domain.hear(case, work.now, by)
        cases[fact.ticket_id] = domain.fold(case, told)
        work.tell(*told, because=fact)
    await store.cases.save(work.session, [(before[id_], case) for id_, case in cases.items()])
