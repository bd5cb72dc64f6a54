"""Which facts are missing, and which come before their time."""

from datetime import timedelta
from itertools import chain
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing import lives
from contracts.base import Fact
from contracts.refusals import Refused
from contracts.tickets import TicketLinked, TicketQueuedForManualDispatch
from contracts.vocabulary import Complexity, QueueReason
from sla_monitor.domain import Gap, Policy, gaps, in_time

A, B = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("followed", "batch", "missing"),
    [
        ({}, [(A, 1), (A, 2), (A, 3)], []),
        ({}, [], []),
        ({A: 3}, [(A, 4)], []),
        ({A: 3}, [(A, 1), (A, 2), (A, 3), (A, 4)], []),
        ({}, [(A, 3)], [Gap(A, 0, 0, 2)]),
        ({A: 1}, [(A, 3), (A, 4)], [Gap(A, 0, 1, 2)]),
        ({}, [(A, 1), (A, 3)], [Gap(A, 1, 1, 2)]),
        ({}, [(A, 1), (A, 3), (A, 4), (A, 7)], [Gap(A, 1, 1, 6)]),
        ({A: 1, B: 5}, [(A, 3), (B, 6), (B, 8), (A, 4)], [Gap(A, 0, 1, 2), Gap(B, 2, 6, 7)]),
        ({A: 1}, [(A, None), (A, 3), (A, None), (A, 6)], [Gap(A, 3, 4, 5)]),
    ],
)
def test_what_is_missing(followed: dict[UUID, int], batch: list[tuple[UUID, int | None]], missing: list[Gap]) -> None:
    assert gaps(followed, batch) == missing


@given(st.integers(0, 5), st.lists(st.integers(1, 12)))
def test_with_what_is_missing_every_fact_follows_the_one_before(followed: int, batch: list[int]) -> None:
    before = {gap.place: range(gap.after + 1, gap.last + 1) for gap in gaps({A: followed}, [(A, one) for one in batch])}
    reached = followed
    for number in chain.from_iterable((*before.get(place, ()), one) for place, one in enumerate(batch)):
        assert number <= reached + 1
        reached = max(reached, number)


def linked() -> Fact:
    return TicketLinked(
        **lives.SAID, to=lives.OTHER, to_complaint_id=lives.OTHER, linked_at=lives.at("25 10:00"), by=lives.BY
    )


def queued() -> Fact:
    return TicketQueuedForManualDispatch(
        **lives.SAID, reason=QueueReason.NO_OWNER, directory_version=1, queued_at=lives.at("25 10:00")
    )


NOON = "25 10:00"
FACTS = [
    lives.opened(submitted=NOON),
    lives.dispatched(NOON),
    queued(),
    lives.accepted(NOON),
    lives.classified(NOON, Complexity.SIMPLE, Complexity.GENERAL),
    lives.contacted(NOON, reached=True),
    lives.tracked(NOON, "27 10:00"),
    lives.assist(NOON, "27 10:00"),
    lives.finished(NOON),
    linked(),
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda one: one.TYPE)
def test_a_fact_that_is_further_ahead_than_clocks_differ_is_refused(fact: Fact) -> None:
    now, policy = lives.at(NOON), Policy(ahead=timedelta(minutes=5))
    in_time(fact, now - policy.ahead, policy)
    with pytest.raises(Refused) as refused:
        in_time(fact, now - policy.ahead - timedelta(microseconds=1), policy)
    assert refused.value.code == "fact.from-future"
