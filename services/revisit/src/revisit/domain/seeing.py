"""What of a case a unit may see (rules 6): its own, and the centre's answers not before it has given its own.

Of findings it sees what contradicts it, and what was confirmed: not what the office only thinks of.
"""

from collections.abc import Collection
from dataclasses import replace

from contracts.vocabulary import AnswerSource, FindingReason, RevisitKind
from revisit.domain.cases import Case
from revisit.domain.findings import Finding


def seen_by(unit: str, case: Case) -> Case | None:
    """The case as the unit sees it; None for one that is none of its business.

    While a unit still has to ask about a finish, it does not know what the centre heard: the answers are compared.
    """
    own = {one.finish for one in case.life.revisits if unit in (one.unit, one.caller)}
    own |= {one.finish for one in case.life.findings if one.unit == unit}
    own |= {one.finish for one in case.life.bad_ratings if one.unit == unit}
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
        bad_ratings=tuple(one for one in life.bad_ratings if one.unit == unit),
        findings=tuple(_of_finding(one) for one in life.findings if _told(one, unit, own - asking)),
    )
    return replace(case, life=seen)


def _told(finding: Finding, unit: str, heard: Collection[int]) -> bool:
    """What was confirmed, and what answers say that it has heard of; what somebody raised by hand is looked into."""
    if finding.confirmed_at:
        return finding.unit == unit
    return finding.finish in heard and finding.why is not FindingReason.BY_HAND


def _of_finding(finding: Finding) -> Finding:
    """Without proposals that nobody confirmed, yet or ever."""
    opened = {one.proposal_id for one in finding.rounds}
    return replace(finding, proposals=tuple(one for one in finding.proposals if one.proposal_id in opened))
