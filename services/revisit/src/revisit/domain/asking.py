"""What follows when somebody sought the reporter (rules 5.1, 5.2, 5.4): an answer, an end, a flag, a bad rating."""

from contracts.refusals import Refused
from contracts.revisits import RevisitAnswered, RevisitAttempted, RevisitFact
from contracts.vocabulary import (
    AnswerSource,
    RevisitKind,
    RevisitOutcome,
    RevisitResult,
)
from revisit.domain import cases
from revisit.domain.calendar import next_call
from revisit.domain.cases import Case, Revisit
from revisit.domain.commands import Attempt, Heard
from revisit.domain.explaining import questioned
from revisit.domain.flagging import flags
from revisit.domain.planning import closed, said


def attempt(case: Case, asked: Attempt) -> list[RevisitFact]:
    """What an attempt brings about; nothing when it is on record already.

    Raises Refused: `revisit.unknown`, `principal.not-allowed`, `action.different-body`, `revisit.closed`,
    `revisit.by-finisher`, `revisit.answer-missing`, `revisit.answer-unheard`, `time.in-future`,
    `revisit.before-finish`, `revisit.too-soon`.
    """
    revisit = _of_caller(case, asked)
    if _on_record(case, revisit, asked):
        return []
    if not revisit.open:
        raise Refused("revisit.closed")
    _not_by_finisher(case, revisit, asked)
    _answered_if_reached(asked)
    _in_time(revisit, asked)
    told = _told(case, revisit, asked)
    return [*told, *questioned(cases.fold(case, told), asked.at, asked.measures)]


def _of_caller(case: Case, asked: Attempt) -> Revisit:
    """The revisit, which is the caller's own: the unit's is not the centre's to do, nor the other way round."""
    revisit = case.revisit(asked.revisit_id)
    if revisit is None or (asked.caller and asked.caller not in (revisit.unit, revisit.caller)):
        raise Refused("revisit.unknown")
    if asked.caller != revisit.caller:
        raise Refused("principal.not-allowed")
    return revisit


def _on_record(case: Case, revisit: Revisit, asked: Attempt) -> bool:
    """Whether it was told before; an attempt has one answer. Raises Refused("action.different-body")."""
    found = next((one for one in revisit.attempts if one.action_id == asked.action_id), None)
    if found is None:
        return False
    recorded = cases.Attempt(
        found.attempt_id, asked.action_id, asked.outcome, asked.method, asked.attempted_at, asked.by
    )
    if recorded != found or _heard(case, revisit, found) != asked.heard:
        raise Refused("action.different-body")
    return True


def _heard(case: Case, revisit: Revisit, attempt: cases.Attempt) -> Heard | None:
    if attempt.outcome is not RevisitOutcome.REACHED:
        return None
    answers = (one for one in case.life.answers if one.revisit_id == revisit.revisit_id and one.rating is not None)
    return next((Heard(one.rating, one.solved, one.text_id) for one in answers if one.rating is not None), None)


def _not_by_finisher(case: Case, revisit: Revisit, asked: Attempt) -> None:
    """By the officer's number, whoever it was that finished it ever (rules 3.9)."""
    numbers = {by.partition("/")[2] for by in case.life.finishers}
    if revisit.kind is not RevisitKind.UNIT and asked.officer in numbers:
        raise Refused("revisit.by-finisher")


def _answered_if_reached(asked: Attempt) -> None:
    if asked.outcome is RevisitOutcome.REACHED and asked.heard is None:
        raise Refused("revisit.answer-missing")
    if asked.outcome is not RevisitOutcome.REACHED and asked.heard is not None:
        raise Refused("revisit.answer-unheard")


def _in_time(revisit: Revisit, asked: Attempt) -> None:
    """Who is reached may have called back; a call that nobody takes must not be the second of a day."""
    if asked.attempted_at > asked.at:
        raise Refused("time.in-future")
    if asked.attempted_at < revisit.planned_at:
        raise Refused("revisit.before-finish")
    if asked.outcome is RevisitOutcome.NOT_REACHED and asked.attempted_at < revisit.next_at:
        raise Refused("revisit.too-soon")


def _told(case: Case, revisit: Revisit, asked: Attempt) -> list[RevisitFact]:
    attempted = _attempted(case, revisit, asked)
    told: list[RevisitFact] = [attempted]
    answered = _answered(case, revisit, asked)
    if answered:
        told.append(answered)
    if result := _result(attempted, asked):
        told.append(closed(case, revisit, result, asked.attempted_at))
    return [*told, *flags(case, answered, asked.measures)] if answered else told


def _attempted(case: Case, revisit: Revisit, asked: Attempt) -> RevisitAttempted:
    return RevisitAttempted(
        **said(case, revisit),
        revisit_id=revisit.revisit_id,
        attempt_id=asked.measures.new_id(),
        number=len(revisit.attempts) + 1,
        outcome=asked.outcome,
        method=asked.method,
        attempted_at=asked.attempted_at,
        next_at=next_call(asked.attempted_at, asked.measures.calendar, asked.measures.policy.hours),
        action_id=asked.action_id,
        by=asked.by,
    )


def _answered(case: Case, revisit: Revisit, asked: Attempt) -> RevisitAnswered | None:
    if asked.heard is None:
        return None
    return RevisitAnswered(
        **said(case, revisit),
        answer_id=asked.measures.new_id(),
        revisit_id=revisit.revisit_id,
        source=AnswerSource(revisit.kind),
        rating=asked.heard.rating,
        solved=asked.heard.solved,
        text_id=asked.heard.text_id,
        answered_at=asked.attempted_at,
        by=asked.by,
    )


def _result(attempted: RevisitAttempted, asked: Attempt) -> RevisitResult | None:
    """Whoever was not reached often enough is not asked any more, and is not satisfied by that (rules 5.1)."""
    if asked.outcome is RevisitOutcome.REACHED:
        return RevisitResult.ANSWERED
    if asked.outcome is RevisitOutcome.REFUSED:
        return RevisitResult.REFUSED
    return RevisitResult.NOT_REACHED if attempted.number >= asked.measures.policy.attempts else None
