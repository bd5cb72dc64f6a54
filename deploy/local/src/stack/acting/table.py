"""What each sample that is acted out lives through, by its source id; all others stay as they were dispatched."""

from collections.abc import Mapping
from typing import Final

from contracts.vocabulary import Cause, ClockKind, FindingKind, ImprovementResult, Measure, RevisitKind
from stack.acting.clerks import heard
from stack.acting.departments import accepted, contacted, explained, finished
from stack.acting.improvers import Blockage, improved
from stack.acting.monitors import stopped
from stack.acting.scene import Step
from stack.acting.supervisors import checked, confirmed, dismissed, rectified

_HANDLED: Final = (accepted, contacted)
_UNIT, _CENTRE, _SECOND = RevisitKind.UNIT, RevisitKind.CENTRE, RevisitKind.SECOND

WHOLE: Final = "YWTB-20261124-0008"
"""The sample that goes the whole way: a certificate that is printed empty, said to be mended, and is not."""

CITY: Final = "the city's item"
"""No sample of ours: the sample city says it, and the centre finds it a complaint."""

EMPTY_CERTIFICATES: Final = Blockage("002036010000", Cause.SYSTEM_FAULT)
"""What the three samples about it were finished for."""

LIVES: Final[Mapping[str, tuple[Step, ...]]] = {
    WHOLE: (
        *_HANDLED,
        finished(Cause.SYSTEM_FAULT),
        heard(_UNIT, 4, solved=True),
        heard(_CENTRE, 1, solved=False),
        dismissed(FindingKind.UNSOLVED),
        confirmed(FindingKind.FALSE_REPORT),
        rectified(FindingKind.FALSE_REPORT),
        checked(FindingKind.FALSE_REPORT, passed=True),
        improved(EMPTY_CERTIFICATES, Measure.SYSTEM_REPAIRED, ImprovementResult.REMOVED),
        stopped(ClockKind.HANDLE, ClockKind.REVISIT, ClockKind.RECTIFY),
    ),
    "ZD03-20261124-006": (
        *_HANDLED,
        finished(Cause.SYSTEM_FAULT),
        heard(_UNIT, 5, solved=True),
        heard(_CENTRE, 5, solved=True),
    ),
    "CK-20261125-0003": (
        *_HANDLED,
        finished(Cause.SYSTEM_FAULT),
        heard(_UNIT, 4, solved=True),
        heard(_CENTRE, 4, solved=True),
    ),
    "HCP-20261120-000001": (*_HANDLED, finished(Cause.SYSTEM_FAULT), heard(_UNIT, 3, solved=True)),
    "YWTB-20261124-0001": (
        *_HANDLED,
        finished(Cause.PROCEDURE_UNCLEAR),
        heard(_UNIT, 4, solved=True),
        heard(_CENTRE, 2, solved=True),
        explained,
        heard(_SECOND, 4, solved=True),
    ),
    CITY: (*_HANDLED, finished(Cause.SYSTEM_FAULT), heard(_UNIT, 4, solved=True), heard(_CENTRE, 4, solved=True)),
    "QYZS-20261124-0001": _HANDLED,
    "SSB-C-20261124-0002": (accepted,),
}
