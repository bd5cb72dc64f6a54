"""What an answer gives to judge (rules 5.2): 未解决, and what does not agree with what another one heard."""

from collections.abc import Collection, Mapping

from contracts.revisits import FindingFlagged, RevisitAnswered
from contracts.vocabulary import AnswerSource, FindingKind, FindingReason
from revisit.domain.cases import Answer, Case
from revisit.domain.commands import Measures

_OTHERS: Mapping[AnswerSource, Collection[AnswerSource]] = {
    AnswerSource.UNIT: (AnswerSource.CENTRE, AnswerSource.REPORTER),
    AnswerSource.CENTRE: (AnswerSource.UNIT, AnswerSource.REPORTER),
    AnswerSource.REPORTER: (AnswerSource.UNIT, AnswerSource.CENTRE),
}
"""Whose answer is compared with whose; what is said the second time is about what was done since."""


def flags(case: Case, answered: RevisitAnswered, by: Measures) -> list[FindingFlagged]:
    """未解决 once a finish, whoever heard it first, and a contradiction once, with every answer that differs."""
    flagged: list[FindingFlagged] = []
    if not answered.solved and not _unsolved(case, answered):
        flagged.append(_flag(answered, FindingKind.UNSOLVED, FindingReason.SAID_UNSOLVED, (), by))
    others = filter(None, (case.answer(answered.finish, one) for one in _OTHERS.get(answered.source, ())))
    differ = tuple(one for one in others if one.solved is not answered.solved)
    if differ and not _contradicted(case, answered.finish):
        flagged.append(_flag(answered, FindingKind.FALSE_REPORT, FindingReason.CONTRADICTION, differ, by))
    return flagged


def _unsolved(case: Case, answered: RevisitAnswered) -> bool:
    """Whether it is flagged; what was dismissed is flagged again by what is said the second time."""
    of = (answered.finish, FindingKind.UNSOLVED)
    same = (one for one in case.life.findings if (one.finish, one.finding) == of)
    return any(answered.source is not AnswerSource.SECOND or one.dismissal is None for one in same)


def _contradicted(case: Case, finish: int) -> bool:
    return any((one.finish, one.why) == (finish, FindingReason.CONTRADICTION) for one in case.life.findings)


def _flag(
    answered: RevisitAnswered, kind: FindingKind, why: FindingReason, others: Collection[Answer], by: Measures
) -> FindingFlagged:
    said: list[Answer | RevisitAnswered] = [*others, answered]
    first_heard_first = sorted(said, key=lambda one: (one.answered_at, one.answer_id))
    return FindingFlagged(
        ticket_id=answered.ticket_id,
        complaint_id=answered.complaint_id,
        unit=answered.unit,
        finish=answered.finish,
        finding_id=by.new_id(),
        finding=kind,
        why=why,
        answers=tuple(one.answer_id for one in first_heard_first),
        flagged_at=answered.answered_at,
        by=None,
    )
