"""What is done about findings and rounds by people: once each, whoever sends it again (rules 5.3)."""

from typing import assert_never

from contracts.revisits import RevisitFact
from revisit.domain.cases import Case
from revisit.domain.commands import Checked, Confirmed, Dismissed, Flagged, Proposed, Reported, Supervise
from revisit.domain.judging import judge
from revisit.domain.recorded import on_record
from revisit.domain.rectifying import rectify


def supervise(case: Case, asked: Supervise) -> list[RevisitFact]:
    """What happens by it; nothing when it was done already.

    Raises Refused: `action.different-body`, and as `judge` and `rectify` do.
    """
    if on_record(case, asked):
        return []
    match asked.act:
        case Flagged() | Proposed() | Dismissed() | Confirmed() as act:
            return judge(case, asked, act)
        case Reported() | Checked() as act:
            return rectify(case, asked, act)
        case _:
            assert_never(asked.act)
