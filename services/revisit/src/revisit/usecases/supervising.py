"""What revisit does about findings and bad ratings, as the office, units and the centre ask it to; and worklists."""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from chassis.work import Work
from contracts.refusals import Refused
from contracts.vocabulary import Duty
from revisit import domain, store
from revisit.domain import BadRating, Case, Finding, Round
from revisit.usecases.calendar import measures
from revisit.usecases.kit import Kit

_CENTRE = "centre"


@dataclass(frozen=True, slots=True)
class Done:
    """Something done about a finding or a round, as somebody tells of it: `who` is a principal."""

    action_id: UUID
    who: str
    officer: str
    act: domain.Act


class Found(NamedTuple):
    """A finding, or one of its rounds, with what is known of its ticket."""

    case: Case
    finding: Finding
    round: Round | None


class Rated(NamedTuple):
    """A bad rating with what is known of its ticket."""

    case: Case
    rating: BadRating


async def flag(work: Work[Kit], ticket_id: UUID, done: Done) -> Found:
    """The finding that somebody raised by hand; said again, it is as it is now.

    Raises Refused("ticket.unknown"), and as `domain.decide` does.
    """
    after = await _decided(work, ticket_id, done, "ticket.unknown")
    (found,) = (one for one in after.life.findings if one.action_id == done.action_id)
    return Found(after, found, None)


async def judge(work: Work[Kit], finding_id: UUID, done: Done) -> Found:
    """The finding after the office judged it. Raises Refused("finding.unknown"), and as `domain.decide` does."""
    ticket_id = await store.supervised.ticket_of(work.session, finding_id)
    return _found(await _decided(work, ticket_id, done, "finding.unknown"), finding_id)


async def rectify(work: Work[Kit], round_id: UUID, done: Done) -> Found:
    """The round after it was rectified or checked.

    Raises Refused("supervision.unknown"), and as `domain.decide` does.
    """
    ticket_id = await store.supervised.ticket_of(work.session, round_id)
    return _found(await _decided(work, ticket_id, done, "supervision.unknown"), round_id)


async def explain(work: Work[Kit], answer_id: UUID, done: Done) -> Rated:
    """The bad rating after it was explained. Raises Refused("rating.unknown"), and as `domain.decide` does."""
    ticket_id = await store.supervised.ticket_of(work.session, answer_id)
    return _rated(await _decided(work, ticket_id, done, "rating.unknown"), answer_id)


async def _decided(work: Work[Kit], ticket_id: UUID | None, done: Done, unknown: str) -> Case:
    found = await store.cases.locked(work.session, [ticket_id] if ticket_id else [])
    before = next(iter(found.values()), None)
    if before is None:
        raise Refused(unknown)
    by = await measures(work, [work.now])
    asked = domain.Supervise(done.action_id, done.who, done.officer, done.act, work.now, by)
    told = domain.decide(before, asked)
    after = domain.fold(before, told)
    await store.cases.save(work.session, [(before, after)])
    work.tell(*told, correlation=str(after.complaint_id))
    return after


async def duties(work: Work[Kit], duty: Duty, unit: str | None, after: UUID | None, most: int) -> list[Found]:
    """The findings or rounds that wait for this, of all or of one unit, longest first; after what was seen last.

    Raises Refused("finding.unknown") or Refused("supervision.unknown") for what never stood there.
    """
    unknown = "finding.unknown" if duty is Duty.JUDGEMENT else "supervision.unknown"
    return [_found(*one) for one in await _waiting(work, duty, unit, after, most, unknown)]


async def unexplained(work: Work[Kit], unit: str | None, after: UUID | None, most: int) -> list[Rated]:
    """The bad ratings that wait for an explanation, due first; as `duties`. Raises Refused("rating.unknown")."""
    found = await _waiting(work, Duty.EXPLANATION, unit, after, most, "rating.unknown")
    return [_rated(*one) for one in found]


async def _waiting(
    work: Work[Kit], duty: Duty, unit: str | None, after: UUID | None, most: int, unknown: str
) -> list[tuple[Case, UUID]]:
    whose = store.caller(None if unit == _CENTRE else unit) if unit else None
    seen = await store.supervised.place(work.session, whose, after) if after else None
    if after and seen is None:
        raise Refused(unknown)
    found = await store.supervised.waiting(work.session, duty, whose, seen, most)
    cases = await store.cases.several(work.session, {ticket_id for _, ticket_id in found})
    return [(cases[ticket_id], thing_id) for thing_id, ticket_id in found]


def _rated(case: Case, answer_id: UUID) -> Rated:
    rating = case.bad_rating(answer_id)
    assert rating is not None, "what has a row is a bad rating of its case"
    return Rated(case, rating)


def _found(case: Case, thing_id: UUID) -> Found:
    """The finding of this id, or the round."""
    finding = case.finding(thing_id)
    if finding:
        return Found(case, finding, None)
    round_ = case.round(thing_id)
    assert round_ is not None, "what has a row is a finding or a round of its case"
    return Found(case, *round_)
