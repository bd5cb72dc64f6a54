"""What of a case a unit may see (rules 6): its own, and the centre's answers not before it has given its own."""

from dataclasses import replace

from contracts.vocabulary import AnswerSource, RevisitKind
from revisit.domain.cases import Case


def seen_by(unit: str, case: Case) -> Case | None:
    """The case as the unit sees it; None for one that is none of its business.

    While a unit still has to ask about a finish, it does not know what the centre heard: the answers are compared.
    """
    own = {one.finish for one in case.life.revisits if one.unit == unit}
    if case.unit != unit and not own:
        return None
    asking = {one.finish for one in case.life.revisits if one.open and one.kind is RevisitKind.UNIT}
    life = case.life
    seen = replace(
        life,
        finishers=(),
        revisits=tuple(one for one in life.revisits if one.finish in own),
        answers=tuple(
            one
            for one in life.answers
            if one.finish in own and (one.source is AnswerSource.UNIT or one.finish not in asking)
        ),
        findings=tuple(one for one in life.findings if one.finish in own - asking),
    )
    return replace(case, life=seen)
