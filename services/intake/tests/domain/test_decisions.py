"""What ranking may learn from a ticket's facts, without any server."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from contracts.tickets import TicketDispatched, TicketReturned
from contracts.vocabulary import DispatchRule, ReturnReason
from intake.domain import Decision, Undone, decisions
from intake.domain.ranking import Directory, Matter

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
ONE, OTHER = UUID(int=1), UUID(int=2)
SOCIAL = "000114001000"


def dispatched(unit: str = "hrss", complaint_id: UUID = ONE, **changes: Any) -> TicketDispatched:
    right = {"rule": DispatchRule.BY_HAND, "directory_version": 1, "dispatched_at": NOW, "by": "centre"}
    said = {"ticket_id": complaint_id, "complaint_id": complaint_id, "unit": unit}
    return TicketDispatched.model_validate(said | right | changes)


def returned(unit: str = "hrss") -> TicketReturned:
    return TicketReturned(
        ticket_id=ONE,
        complaint_id=ONE,
        unit=unit,
        reason=ReturnReason.NOT_OUR_MATTER,
        count=1,
        returned_at=NOW,
        by="unit.hrss/1",
    )


def test_what_a_hand_decided_is_a_decision() -> None:
    facts = [dispatched(), dispatched("tax", OTHER, matter_code=SOCIAL)]
    assert decisions(facts) == [Decision(ONE, "hrss", None), Decision(OTHER, "tax", SOCIAL)]


@pytest.mark.parametrize("rule", [one for one in DispatchRule if one != DispatchRule.BY_HAND])
def test_what_a_rule_decided_is_none(rule: DispatchRule) -> None:
    assert decisions([dispatched(rule=rule)]) == []


def test_the_last_word_holds() -> None:
    assert decisions([dispatched(), dispatched("tax")]) == [Decision(ONE, "tax", None)]
    assert decisions([dispatched(), returned()]) == [Undone(ONE)]
    assert decisions([dispatched(), returned(), dispatched("tax")]) == [Decision(ONE, "tax", None)]
    assert decisions([dispatched(), dispatched(rule=DispatchRule.PLACE_CENTRE)]) == [Decision(ONE, "hrss", None)]


@pytest.mark.parametrize(
    ("unit", "matter", "label"),
    [
        pytest.param("hrss", SOCIAL, SOCIAL, id="the matter that was said, and its owner"),
        pytest.param("tax", SOCIAL, "tax", id="another unit than the matter's owner: the matter was wrong"),
        pytest.param("hrss", None, "hrss", id="no matter"),
        pytest.param("hrss", "000999999999", "hrss", id="a matter that is not listed"),
        pytest.param("gone", None, None, id="a unit that is not listed"),
    ],
)
def test_what_was_decided_is_called(unit: str, matter: str | None, label: str | None) -> None:
    matters = {SOCIAL: Matter(SOCIAL, "社会保险登记", (), (), {"310151000000": "hrss"})}
    directory = Directory(matters, {"hrss": "人社局", "tax": "税务局"})
    assert directory.decided(unit, matter) == label
