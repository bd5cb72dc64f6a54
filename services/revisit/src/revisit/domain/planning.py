"""Who asks again after a ticket was closed, and until when (rules 5.1): the unit always, the centre all or a sample."""

from datetime import datetime
from typing import Any

from contracts.revisits import RevisitClosed, RevisitFact, RevisitPlanned
from contracts.tickets import TicketDeclined, TicketFinished, TicketReopened
from contracts.vocabulary import RevisitKind, RevisitResult, SampleRule
from revisit.domain.calendar import due, first_call, next_call
from revisit.domain.cases import Case, Revisit
from revisit.domain.commands import Follow, Measures
from revisit.domain.ratings import BadRating
from revisit.domain.sampling import sampled


def follow(case: Case, command: Follow) -> list[RevisitFact]:
    """What a fact about the ticket brings about; nothing when it is closed, or open, already."""
    match command.fact:
        case TicketFinished() as fact if case.closed_at is None:
            return _finished(case, fact, command.measures)
        case TicketDeclined() as fact if case.closed_at is None:
            return _declined(case, fact, command.measures)
        case TicketReopened(reopened_at=at):
            return [closed(case, one, RevisitResult.VOID, at) for one in case.life.revisits if one.open]
        case _:
            return []


def closed(case: Case, revisit: Revisit, result: RevisitResult, at: datetime) -> RevisitClosed:
    """The revisit ends."""
    return RevisitClosed(
        **said(case, revisit), revisit_id=revisit.revisit_id, kind=revisit.kind, result=result, closed_at=at
    )


def said(case: Case, revisit: Revisit) -> dict[str, Any]:
    """What every fact about a revisit says."""
    return {
        "ticket_id": case.ticket_id,
        "complaint_id": case.complaint_id,
        "unit": revisit.unit,
        "finish": revisit.finish,
    }


def _finished(case: Case, fact: TicketFinished, measures: Measures) -> list[RevisitFact]:
    """What was solved on the spot was dispatched to nobody, so the centre alone asks."""
    plans: list[RevisitFact] = []
    if fact.unit is not None:
        plans.append(_by_unit(case, fact.unit, fact.finished_at, measures))
    if rule := sampled(case.ticket_id, case.finishes + 1, measures.policy.sample_percent):
        plans.append(_by_centre(case, fact.unit, fact.finished_at, rule, measures))
    return plans


def _declined(case: Case, fact: TicketDeclined, measures: Measures) -> list[RevisitFact]:
    """It was not finished, so the unit does not ask; dispatch drew which ones the centre does (rules 2.3)."""
    return [_by_centre(case, fact.unit, fact.declined_at, SampleRule.DECLINED, measures)] if fact.sampled else []


def _by_unit(case: Case, unit: str, at: datetime, measures: Measures) -> RevisitPlanned:
    policy = measures.policy
    return _planned(
        case,
        measures,
        unit=unit,
        planned_at=at,
        kind=RevisitKind.UNIT,
        caller=unit,
        due_at=due(at, policy.unit_days, measures.calendar, policy.hours),
        next_at=first_call(at, measures.calendar, policy.hours),
    )


def _by_centre(case: Case, unit: str | None, at: datetime, rule: SampleRule, measures: Measures) -> RevisitPlanned:
    """Where the unit asks too, it has the first day for itself: nobody is called twice a day."""
    policy = measures.policy
    first = first_call(at, measures.calendar, policy.hours)
    alone = unit is None or rule is SampleRule.DECLINED
    return _planned(
        case,
        measures,
        unit=unit,
        planned_at=at,
        kind=RevisitKind.CENTRE,
        sampled_by=rule,
        due_at=due(at, policy.centre_days, measures.calendar, policy.hours),
        next_at=first if alone else next_call(first, measures.calendar, policy.hours),
    )


def second(case: Case, rating: BadRating, at: datetime, measures: Measures) -> RevisitPlanned:
    """The centre asks once more, after the unit explained or corrected (rules 5.4).

    The instant is that which facts and pages say, in milliseconds: who calls just then does not call before it.
    """
    policy, at = measures.policy, at.replace(microsecond=at.microsecond // 1000 * 1000)
    return _planned(
        case,
        measures,
        unit=rating.unit,
        finish=rating.finish,
        planned_at=at,
        kind=RevisitKind.SECOND,
        due_at=due(at, policy.second_days, measures.calendar, policy.hours),
        next_at=first_call(at, measures.calendar, policy.hours),
    )


def _planned(case: Case, measures: Measures, *, next_at: datetime, **told: Any) -> RevisitPlanned:
    """Not before the reporter may be called again who was called today about the finish before."""
    return RevisitPlanned(
        ticket_id=case.ticket_id,
        complaint_id=case.complaint_id,
        revisit_id=measures.new_id(),
        next_at=max(next_at, case.life.quiet_until or next_at),
        policy=measures.policy.version,
        **{"finish": case.finishes + 1, "caller": None, "sampled_by": None} | told,
    )
