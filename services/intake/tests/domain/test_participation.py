"""Who takes part, by what is told about tickets, without any server."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from contracts.tickets import (
    AssistAsked,
    AssistLapsed,
    DelegationLapsed,
    TicketDelegated,
    TicketDispatched,
    TicketFact,
    TicketQueuedForManualDispatch,
    TicketReturned,
    TicketWithdrawn,
)
from contracts.vocabulary import DispatchRule, QueueReason, ReturnReason
from intake.domain import Part, follow

ONE, OTHER = UUID(int=1), UUID(int=2)
TEN = datetime.fromisoformat("2026-11-25T02:00:00Z")


def dispatch(complaint: UUID, unit: str, minutes: int = 0) -> TicketDispatched:
    """What dispatch tells of a ticket that is a unit's, so many minutes after ten."""
    return TicketDispatched(
        ticket_id=complaint,
        complaint_id=complaint,
        unit=unit,
        rule=DispatchRule.BY_HAND,
        directory_version=1,
        dispatched_at=TEN + timedelta(minutes=minutes),
    )


def after(*batches: Iterable[TicketFact]) -> dict[object, Part]:
    """The parts as a table holds them after these batches."""
    held: dict[object, Part] = {}
    for batch in batches:
        held |= {part.at: part for part in follow(held.values(), batch)}
    return held


def present(held: dict[object, Part]) -> dict[UUID, list[str]]:
    """The units that take part in each complaint."""
    found: dict[UUID, list[str]] = {}
    for part in held.values():
        found.setdefault(part.complaint_id, []).extend([part.unit] if part.until is None else [])
    return found


def test_whom_it_is_dispatched_to_takes_part() -> None:
    fact = dispatch(ONE, "hrss")
    assert follow([], [fact]) == [Part(ONE, "hrss", TEN)]
    assert follow([Part(ONE, "hrss", TEN)], [fact]) == []


def test_a_later_dispatch_ends_the_first_one_s_part() -> None:
    told = follow([], [dispatch(ONE, "hrss"), dispatch(OTHER, "hrss"), dispatch(ONE, "civil", 5)])
    later = TEN + timedelta(minutes=5)
    assert told == [Part(ONE, "hrss", TEN, later), Part(OTHER, "hrss", TEN), Part(ONE, "civil", later)]


def test_dispatched_again_to_the_same_unit_its_part_goes_on() -> None:
    held = after([dispatch(ONE, "hrss")], [dispatch(ONE, "hrss", 5)])
    assert list(held.values()) == [Part(ONE, "hrss", TEN)]


def test_who_assists_and_whom_it_is_delegated_to_takes_part_beside_the_lead() -> None:
    """rules 3.6, 6"""
    said: dict[str, Any] = {"ticket_id": ONE, "complaint_id": ONE, "by": "unit.hrss/1"}
    asked = AssistAsked(**said, assist_id=OTHER, lead="hrss", unit="tax", question_id=OTHER, due_at=TEN, asked_at=TEN)
    delegated = TicketDelegated(**said, unit="hrss", to="hrss-town", delegated_at=TEN)
    held = after([dispatch(ONE, "hrss")], [asked, delegated], [asked])
    assert present(held) == {ONE: ["hrss", "tax", "hrss-town"]}
    handed_over = after([dispatch(ONE, "hrss"), asked, delegated, dispatch(ONE, "civil", 5)])
    assert present(handed_over) == {ONE: ["civil"]}


def test_who_gave_it_back_takes_no_part_any_longer() -> None:
    returned = TicketReturned(
        ticket_id=ONE,
        complaint_id=ONE,
        unit="hrss",
        reason=ReturnReason.NOT_OUR_MATTER,
        count=1,
        returned_at=TEN + timedelta(minutes=5),
        by="unit.hrss/1",
    )
    assert present(after([dispatch(ONE, "hrss"), returned])) == {ONE: []}
    assert present(after([dispatch(ONE, "hrss"), returned, dispatch(ONE, "hrss", 9)])) == {ONE: ["hrss"]}


def test_it_may_come_back_to_the_first_unit() -> None:
    held = after([dispatch(ONE, "hrss"), dispatch(ONE, "civil", 1)], [dispatch(ONE, "hrss", 2)])
    assert present(held) == {ONE: ["hrss"]}
    assert len(held) == 3


def test_what_was_told_before_takes_the_ticket_from_nobody() -> None:
    first, second = dispatch(ONE, "hrss"), dispatch(ONE, "civil", 1)
    held = after([first, second])
    assert follow(held.values(), [first]) == follow(held.values(), [second]) == []


LATER = TEN + timedelta(hours=1)


def test_what_waits_for_the_centre_s_hand_is_nobody_s() -> None:
    """The unit was dissolved and nobody takes over."""
    queued = TicketQueuedForManualDispatch(
        ticket_id=ONE, complaint_id=ONE, reason=QueueReason.UNIT_DISSOLVED, directory_version=2, queued_at=LATER
    )
    held = [Part(ONE, "hrss", TEN), Part(ONE, "civil", TEN, TEN)]
    assert follow(held, [queued]) == [Part(ONE, "hrss", TEN, LATER)]
    assert follow([], [queued]) == []


def test_a_dissolved_unit_s_assist_and_delegation_end_its_part_alone() -> None:
    held = [Part(ONE, unit, TEN) for unit in ("hrss", "civil", "market", "town-a")]
    said = {"ticket_id": ONE, "complaint_id": ONE, "directory_version": 2, "lapsed_at": LATER}
    assist = AssistLapsed.model_validate(said | {"assist_id": OTHER, "lead": "hrss", "unit": "civil"})
    delegation = DelegationLapsed.model_validate(
        said | {"unit": "market", "back_to": "hrss", "lost": ["market", "town-a"]}
    )
    ended = [Part(ONE, unit, TEN, LATER) for unit in ("civil", "market", "town-a")]
    assert follow(held, [assist, delegation]) == ended
    assert follow(ended, [assist, delegation]) == []


def test_what_names_no_unit_changes_nothing() -> None:
    withdrawn = TicketWithdrawn(ticket_id=ONE, complaint_id=ONE, withdrawn_at=LATER, by="centre/1")
    assert follow([Part(ONE, "hrss", TEN)], [withdrawn]) == []


@given(
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["hrss", "civil", "market"])), max_size=12),
    st.integers(0, 12),
)
def test_however_it_is_cut_into_batches_the_last_unit_alone_takes_part(said: list[tuple[int, str]], cut: int) -> None:
    facts = [dispatch(UUID(int=complaint), unit, minute) for minute, (complaint, unit) in enumerate(said)]
    held = after(facts[:cut], facts[cut:])
    assert held == after(facts) == after(*[[one] for one in facts])
    assert present(held) == {UUID(int=complaint): [unit] for complaint, unit in dict(said).items()}
    assert follow(held.values(), facts[-1:]) == []
