"""The reporter's own word (rules 5.2): an answer beside the unit's and the centre's, if it came in time."""

from datetime import datetime

from contracts.revisits import RevisitAnswered, RevisitFact
from contracts.vocabulary import AnswerSource
from revisit.domain.calendar import due
from revisit.domain.cases import Case, Word, fold
from revisit.domain.commands import Measures
from revisit.domain.explaining import questioned
from revisit.domain.flagging import flags


def hear(case: Case, at: datetime, by: Measures) -> list[RevisitFact]:
    """What the reporter's word brings about, once it and the close that it is about are known, whichever came first.

    It counts until close of business of the policy's last working day after the close, once for each close.
    """
    word = _word(case, by)
    if word is None or case.answer(case.finishes, AnswerSource.REPORTER):
        return []
    answered = _answered(case, word)
    told: list[RevisitFact] = [answered, *flags(case, answered, by)]
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
