"""What people do about an improvement (rules 5.5): an owner, a measure, a result; once each, whoever sends it again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from contracts.improvements import (
    ImprovementCompleted,
    ImprovementDismissed,
    ImprovementFact,
    ImprovementMeasured,
    ImprovementOwned,
)
from contracts.refusals import Refused
from contracts.vocabulary import ImprovementState
from revisit.domain.blockages import Bar, said, watched_until
from revisit.domain.calendar import SHANGHAI
from revisit.domain.commands import ByOfficer
from revisit.domain.improvements import Act, Decide, Dismiss, Finish, Improvement, Own


@dataclass(frozen=True, slots=True)
class Improve(ByOfficer):
    """Do something about an improvement."""

    act: Act
    at: datetime
    bar: Bar


def improve(improvement: Improvement, asked: Improve) -> list[ImprovementFact]:
    """What happens by it; nothing when it was done already.

    Raises Refused: `improvement.unknown` (to a unit that does not own it), `principal.not-allowed`,
    `action.different-body`, `improvement.closed`, `improvement.not-owned`, `improvement.not-measured`.
    """
    _may(improvement, asked)
    if _on_record(improvement, asked):
        return []
    if not improvement.state.open:
        raise Refused("improvement.closed")
    return [_told(improvement, asked)]


def _may(improvement: Improvement, asked: Improve) -> None:
    """The centre and the office name owners and dismiss; measure and result are the owner's to say, too (policy)."""
    if asked.unit is None:
        return
    if asked.unit != improvement.unit:
        raise Refused("improvement.unknown")
    if isinstance(asked.act, Own | Dismiss):
        raise Refused("principal.not-allowed")


def _on_record(improvement: Improvement, asked: Improve) -> bool:
    """Whether it was done before. Raises Refused("action.different-body") if something else was."""
    found = improvement.step(asked.action_id)
    if found and (found.by, found.act) != (asked.by, asked.act):
        raise Refused("action.different-body")
    return found is not None


def _told(improvement: Improvement, asked: Improve) -> ImprovementFact:
    told = {**said(improvement), "action_id": asked.action_id, "by": asked.by}
    match asked.act:
        case Own(unit=unit):
            return ImprovementOwned(**told, unit=unit, owned_at=asked.at)
        case Decide() as act:
            return _measured(improvement, act, asked, told)
        case Finish() as act:
            return _done(improvement, act, asked, told)
        case Dismiss(reason=reason):
            return ImprovementDismissed(**told, reason=reason, dismissed_at=asked.at)
        case _:
            assert_never(asked.act)


def _measured(improvement: Improvement, act: Decide, asked: Improve, told: dict[str, Any]) -> ImprovementMeasured:
    if not improvement.owned:
        raise Refused("improvement.not-owned")
    return ImprovementMeasured(
        **told,
        unit=improvement.unit,
        measure=act.measure,
        document_number=act.document_number,
        measured_at=asked.at,
    )


def _done(improvement: Improvement, act: Finish, asked: Improve, told: dict[str, Any]) -> ImprovementCompleted:
    if improvement.state is not ImprovementState.MEASURED:
        raise Refused("improvement.not-measured")
    return ImprovementCompleted(
        **told,
        unit=improvement.unit,
        result=act.result,
        document_number=act.document_number,
        completed_at=asked.at,
        watched_until=watched_until(asked.at.astimezone(SHANGHAI), asked.bar.months),
    )
