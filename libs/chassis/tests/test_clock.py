"""Time is an input, and ids rise whatever the clock does."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import RFC_4122

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import MovableClock, ScaledClock, SystemClock, clock_from, new_id

NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)
INSTANTS = st.integers(946_684_800, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def test_without_a_setting_it_is_the_machines_clock() -> None:
    assert isinstance(clock_from(None), SystemClock)
    assert isinstance(clock_from(""), SystemClock)
    assert abs(clock_from(None).now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_scaled_clock_starts_at_the_business_instant_and_runs_faster() -> None:
    real = datetime.now(UTC) - timedelta(minutes=1)
    clock = clock_from(f"{real.isoformat()}|2026-01-01T00:00:00+08:00|600")
    expected = datetime(2025, 12, 31, 16, tzinfo=UTC) + timedelta(hours=10)
    assert abs(clock.now() - expected) < timedelta(minutes=50)
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize("setting", ["now", "a|b|c", "2026-01-01T00:00:00|2026-01-01T00:00:00|1", "|||", "x|y"])
def test_another_setting_is_refused_with_a_sentence(setting: str) -> None:
    with pytest.raises(ValueError, match="CLOCK is written"):
        clock_from(setting)


@pytest.mark.parametrize("speed", [0, -1, float("nan"), 1e9])
def test_a_clock_never_stands_or_runs_backwards_by_setting(speed: float) -> None:
    with pytest.raises(ValueError, match="runs forward"):
        ScaledClock(NOON, NOON, speed)


def test_a_movable_clock_stands_still_until_it_is_moved() -> None:
    clock = MovableClock(NOON.astimezone(timezone(timedelta(hours=8))))
    assert clock.now() == clock.now() == NOON
    assert clock.now().tzinfo is UTC
    clock.move(timedelta(days=3))
    assert clock.now() == NOON + timedelta(days=3)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        MovableClock(NOON.replace(tzinfo=None))


@given(st.lists(INSTANTS, min_size=2, max_size=20))
def test_ids_rise_whatever_the_clock_does(instants: list[datetime]) -> None:
    ids = [new_id(at) for at in instants]
    assert ids == sorted(set(ids))
    assert all(one.version == 7 and one.variant == RFC_4122 for one in ids)


def test_many_ids_of_one_instant_differ_and_rise() -> None:
    ids = [new_id(NOON) for _ in range(20_000)]
    assert ids == sorted(set(ids))


def test_an_id_carries_its_instant() -> None:
    later = datetime(2101, 1, 1, tzinfo=UTC)
    assert new_id(later).int >> 80 == int(later.timestamp() * 1000)
