"""How a round goes (rules 5.3): the unit says what it put right, and the centre looks at it."""

from typing import assert_never

from contracts.refusals import Refused
from contracts.revisits import RectificationReported, RevisitFact, SupervisionChecked
from revisit.domain.cases import Case
from revisit.domain.commands import Checked, Rectification, Reported, Supervise
from revisit.domain.findings import Finding, Round
from revisit.domain.judging import of_finding


def rectify(case: Case, asked: Supervise, act: Rectification) -> list[RevisitFact]:
    """What happens by it.

    Raises Refused: `supervision.unknown`, `principal.not-allowed`, `supervision.reported`, `supervision.not-reported`,
    `supervision.checked`, `second-person.same`.
    """
    finding, round_ = _of_caller(case, asked, act)
    match act:
        case Reported():
            return [_reported(case, finding, round_, asked, act)]
        case Checked():
            return [_checked(case, finding, round_, asked, act)]
        case _:
            assert_never(act)


def _of_caller(case: Case, asked: Supervise, act: Rectification) -> tuple[Finding, Round]:
    """The round, which another unit does not know of."""
    found = case.round(act.round_id)
    if found is None or (asked.unit and asked.unit != found[0].unit):
        raise Refused("supervision.unknown")
    return found


def _reported(case: Case, finding: Finding, round_: Round, asked: Supervise, act: Reported) -> RectificationReported:
    """By the unit; of what was solved on the spot, which was no unit's, by the centre."""
    if asked.unit != finding.unit:
        raise Refused("principal.not-allowed")
    if round_.report:
        raise Refused("supervision.reported")
    return RectificationReported(
        **of_finding(case, finding),
        round_id=round_.round_id,
        round=round_.round,
        text_id=act.text_id,
        reported_at=asked.at,
        action_id=asked.action_id,
        by=asked.by,
    )


def _checked(case: Case, finding: Finding, round_: Round, asked: Supervise, act: Checked) -> SupervisionChecked:
    """Not by the person who reported it, where the centre did."""
    if round_.report is None:
        raise Refused("supervision.not-reported")
    if round_.check:
        raise Refused("supervision.checked")
    if round_.report.by == asked.by:
        raise Refused("second-person.same")
    return SupervisionChecked(
        **of_finding(case, finding),
        round_id=round_.round_id,
        round=round_.round,
        passed=act.passed,
        reason_id=act.reason_id,
        checked_at=asked.at,
        action_id=asked.action_id,
        by=asked.by,
    )
