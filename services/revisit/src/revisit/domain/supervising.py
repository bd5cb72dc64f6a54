"""What people do about findings, rounds and bad ratings: once each, if sent again (rules 5.3, 5.4)."""

from typing import assert_never

from contracts.revisits import RevisitFact
from revisit.domain.cases import Case
from revisit.domain.commands import Checked, Confirmed, Dismissed, Explained, Flagged, Proposed, Reported, Supervise
from revisit.domain.explaining import explain
from revisit.domain.judging import judge
from revisit.domain.recorded import on_record
from revisit.domain.rectifying import rectify


def supervise(case: Case, asked: Supervise) -> list[RevisitFact]:
    """What happens by it; nothing when it was done already.

    Raises Refused: `action.different-body`, and as `judge`, `rectify` and `explain` do.
    """
    if on_record(case, asked):
        return []
    match asked.act:
        case Flagged() | Proposed() | Dismissed() | Confirmed() as act:
            return judge(case, asked, act)
        case Reported() | Checked() as act:
            return rectify(case, asked, act)
        case Explained() as act:
            return explain(case, asked, act)
        case _:
            assert_never(asked.act)
