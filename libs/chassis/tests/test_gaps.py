"""Which facts are missing of a batch."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.gaps import Gap, gaps

A, B = "a", "b"


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
def test_what_is_missing(followed: dict[str, int], batch: list[tuple[str, int | None]], missing: list[Gap]) -> None:
    assert gaps(followed, batch) == missing


@given(st.integers(0, 5), st.lists(st.integers(1, 12)))
def test_with_what_is_missing_every_fact_follows_the_one_before(followed: int, batch: list[int]) -> None:
    before = {gap.place: range(gap.after + 1, gap.last + 1) for gap in gaps({A: followed}, [(A, one) for one in batch])}
    reached = followed
    for number in chain.from_iterable((*before.get(place, ()), one) for place, one in enumerate(batch)):
        assert number <= reached + 1
        reached = max(reached, number)
