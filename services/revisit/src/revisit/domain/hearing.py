"""The reporter's own word (rules 5.2): an answer beside the unit's and the centre's, if it came in time."""

from datetime import datetime

from contracts.revisits import FindingFlagged, RevisitAnswered, RevisitFact
from contracts.vocabulary import AnswerSource, FindingKind, FindingReason
from revisit.domain.calendar import due
from revisit.domain.cases import Answer, Case, Word, fold
from revisit.domain.commands import Measures
from revisit.domain.explaining import questioned

_ASKED = (AnswerSource.UNIT, AnswerSource.CENTRE)


def hear(case: Case, at: datetime, by: Measures) -> list[RevisitFact]:
    """What the reporter's word brings about, once it and the close that it is about are known, whichever came first.

    It counts until close of business of the policy's last working day after the close, once for each close.
    """
    word = _word(case, by)
    if word is None or case.answer(case.finishes, AnswerSource.REPORTER):
        return []
    answered = _answered(case, word)
    told: list[RevisitFact] = [answered, *_flags(case, answered, by)]
    return [*told, *questioned(fold(case, told), at, by)]


def _word(case: Case, by: Measures) -> Word | None:
    if case.closed_at is None:
        return None
    until = due(case.closed_at, by.policy.word_days, by.calendar, by.policy.hours)
    said = (one for one in case.life.words if one.closed_at == case.closed_at and one.rated_at <= until)
    return next(said, None)


def _answered(case: Case, word: Word) -> RevisitAnswered:
    return RevisitAnswered(
        ticket_id=case.ticket_id,
        complaint_id=case.complaint_id,
        unit=case.unit,
        finish=case.finishes,
        answer_id=word.word_id,
        revisit_id=None,
        source=AnswerSource.REPORTER,
        rating=word.rating,
        solved=word.solved,
        text_id=None,
        answered_at=word.rated_at,
        by=None,
    )


def _flags(case: Case, answered: RevisitAnswered, by: Measures) -> list[FindingFlagged]:
    """未解决 once a finish, whoever heard it first; a contradiction of what the unit or the centre heard, once."""
    flags: list[FindingFlagged] = []
    if not answered.solved and not _flagged(case, FindingKind.UNSOLVED):
        flags.append(_flag(answered, FindingKind.UNSOLVED, FindingReason.SAID_UNSOLVED, (), by))
    others = filter(None, (case.answer(case.finishes, source) for source in _ASKED))
    differ = tuple(one for one in others if one.solved is not answered.solved)
    if differ and not contradicted(case, case.finishes):
        flags.append(_flag(answered, FindingKind.FALSE_REPORT, FindingReason.CONTRADICTION, differ, by))
    return flags


def _flagged(case: Case, kind: FindingKind) -> bool:
    return any((one.finish, one.finding) == (case.finishes, kind) for one in case.life.findings)


def contradicted(case: Case, finish: int) -> bool:
    """Whether a contradiction about the finish was flagged."""
    return any((one.finish, one.why) == (finish, FindingReason.CONTRADICTION) for one in case.life.findings)


def _flag(
    answered: RevisitAnswered, kind: FindingKind, why: FindingReason, others: tuple[Answer, ...], by: Measures
) -> FindingFlagged:
    said: list[Answer | RevisitAnswered] = [*others, answered]
    evidence = sorted(said, key=lambda one: (one.answered_at, one.answer_id))
    return FindingFlagged(
        ticket_id=answered.ticket_id,
        complaint_id=answered.complaint_id,
        unit=answered.unit,
        finish=answered.finish,
        finding_id=by.new_id(),
        finding=kind,
        why=why,
        answers=tuple(one.answer_id for one in evidence),
        flagged_at=answered.answered_at,
        by=None,
    )
