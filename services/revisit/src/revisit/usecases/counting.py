"""What revisit does about what repeats: counts finishes by matter and cause, and has it improved above the bar."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from chassis.work import Work
from contracts.tickets import TicketFact
from revisit import store
from revisit.domain import Finished, Repeating, Withdrawn, blockages
from revisit.usecases.kit import Kit


class _Change(NamedTuple):
    """A finish counts, because of a fact, or counts no longer."""

    because: TicketFact
    finish: Finished
    more: int


async def count(work: Work[Kit], happened: Sequence[tuple[TicketFact, Finished | Withdrawn]]) -> None:
    """Count what was finished, take back what was opened again, and propose what becomes too much (rules 5.5)."""
    if not happened:
        return
    before = await store.blockages.counted(work.session, {one.ticket_id for _, one in happened})
    after = dict(before)
    changes = list(_changes(after, happened))
    if not changes:
        return
    repeating = await store.blockages.locked(work.session, [one.finish for one in changes], work.kit.bar.days)
    changed = {blockage: _changed(work, one, changes) for blockage, one in repeating.items()}
    await store.blockages.save(work.session, before, after)
    await store.improvements.save(
        work.session, [one.newest for id_, one in changed.items() if one.newest != repeating[id_].newest]
    )


def _changes(
    counted: dict[UUID, Finished], happened: Sequence[tuple[TicketFact, Finished | Withdrawn]]
) -> Iterator[_Change]:
    """What comes to count and what no longer does, in order; `counted` is kept up by it."""
    for fact, one in happened:
        was = counted.pop(one.ticket_id, None)
        if was:
            yield _Change(fact, was, -1)
        if isinstance(one, Finished):
            counted[one.ticket_id] = one
            yield _Change(fact, one, 1)


def _changed(work: Work[Kit], repeating: Repeating, changes: Sequence[_Change]) -> Repeating:
    measures = blockages.Measures(work.kit.bar, work.now, work.new_id)
    for because, finish, more in changes:
        if finish.blockage != repeating.blockage:
            continue
        repeating = repeating.counted(finish.on, more)
        told = blockages.finished(repeating, finish, measures) if more > 0 else []
        repeating = blockages.fold(repeating, told)
        work.tell(*told, because=because)
    return repeating
