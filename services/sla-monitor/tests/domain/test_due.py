"""When clocks are due (四(三), rules 4): the district's cases to the second, and random ones against an oracle."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.vocabulary import Complexity, DayStatus, Light
from sla_monitor.domain import SHANGHAI, TERMS, Calendar, Day, Due, Hours, Term, colour, due, due_dates

CASES = 3_000
"""Random cases in the suite; to prove more, write more."""

HOURS = Hours()
SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)

ACCEPTED = [  # accepted at, then the days on which contact, simple, general and complex handling are due at 17:00
    ("2026-09-18T17:00", "2026-09-20", "2026-09-20", "2026-09-22", "2026-09-24"),
    ("2026-09-18T16:59", "2026-09-20", "2026-09-18", "2026-09-22", "2026-09-24"),
    ("2026-09-24T10:00", "2026-09-28", "2026-09-24", "2026-09-30", "2026-10-09"),
    ("2026-09-25T10:00", "2026-09-28", "2026-09-28", "2026-09-30", "2026-10-09"),
    ("2026-02-13T16:30", "2026-02-14", "2026-02-13", "2026-02-25", "2026-02-27"),
    ("2026-02-14T10:00", "2026-02-24", "2026-02-14", "2026-02-26", "2026-02-28"),
    ("2026-02-14T17:30", "2026-02-24", "2026-02-24", "2026-02-26", "2026-02-28"),
    ("2026-04-30T15:00", "2026-05-06", "2026-04-30", "2026-05-08", "2026-05-11"),
    ("2025-12-31T11:00", "2026-01-04", "2025-12-31", "2026-01-06", "2026-01-08"),
    ("2026-11-20T17:00", "2026-11-23", "2026-11-23", "2026-11-25", "2026-11-27"),
    ("2026-11-21T10:00", "2026-11-23", "2026-11-23", "2026-11-25", "2026-11-27"),
    ("2026-05-08T09:00", "2026-05-09", "2026-05-08", "2026-05-12", "2026-05-14"),
    ("2026-05-09T16:59", "2026-05-11", "2026-05-09", "2026-05-13", "2026-05-15"),
    ("2026-10-09T12:00", "2026-10-10", "2026-10-09", "2026-10-13", "2026-10-15"),
    ("2026-10-10T17:01", "2026-10-12", "2026-10-12", "2026-10-14", "2026-10-16"),
    ("2025-01-24T10:00", "2025-01-26", "2025-01-24", "2025-02-05", "2025-02-07"),
    ("2025-01-26T10:00", "2025-01-27", "2025-01-26", "2025-02-06", "2025-02-08"),
    ("2025-02-07T18:00", "2025-02-08", "2025-02-08", "2025-02-11", "2025-02-13"),
    ("2025-09-26T15:00", "2025-09-28", "2025-09-26", "2025-09-30", "2025-10-10"),
    ("2025-09-28T15:00", "2025-09-29", "2025-09-28", "2025-10-09", "2025-10-11"),
    ("2024-02-08T10:00", "2024-02-09", "2024-02-08", "2024-02-19", "2024-02-21"),
    ("2024-02-09T10:00", "2024-02-18", "2024-02-09", "2024-02-20", "2024-02-22"),
    ("2024-02-18T09:00", "2024-02-19", "2024-02-18", "2024-02-21", "2024-02-23"),
    ("2024-04-28T10:00", "2024-04-29", "2024-04-28", "2024-05-06", "2024-05-08"),
    ("2024-05-11T10:00", "2024-05-13", "2024-05-11", "2024-05-15", "2024-05-17"),
    ("2024-09-13T10:00", "2024-09-14", "2024-09-13", "2024-09-19", "2024-09-23"),
    ("2024-09-14T10:00", "2024-09-18", "2024-09-14", "2024-09-20", "2024-09-24"),
    ("2024-09-29T23:59", "2024-09-30", "2024-09-30", "2024-10-09", "2024-10-11"),
    ("2024-10-12T00:00", "2024-10-14", "2024-10-12", "2024-10-16", "2024-10-18"),
    ("2023-10-26T08:00", "2023-10-27", "2023-10-26", "2023-10-31", "2023-11-02"),
    ("2018-12-28T10:00", "2018-12-29", "2018-12-28", "2019-01-03", "2019-01-07"),
    ("2018-12-29T10:00", "2019-01-02", "2018-12-29", "2019-01-04", "2019-01-08"),
]


def at(spelled: str) -> datetime:
    """An instant of Shanghai, spelled `2026-09-18T17:00`, with seconds where they matter."""
    return datetime.fromisoformat(f"{spelled}+08:00")


def handled(accepted: str, complexity: Complexity, calendar: Calendar) -> Due:
    return due_dates(at(accepted), complexity, calendar, HOURS)["handle"]


@pytest.mark.parametrize(("accepted", "contact", "simple", "general", "complex_"), ACCEPTED)
def test_the_districts_cases_hold_to_the_second(
    calendar: Calendar, accepted: str, contact: str, simple: str, general: str, complex_: str
) -> None:
    for complexity, day in zip(Complexity, (simple, general, complex_), strict=True):
        clocks = due_dates(at(accepted), complexity, calendar, HOURS)
        expected = {"contact": at(f"{contact}T17:00"), "handle": at(f"{day}T17:00")}
        assert {clock: found.due_at for clock, found in clocks.items()} == expected
        assert {found.due_at.tzinfo for found in clocks.values()} == {UTC}


@pytest.mark.parametrize(
    ("accepted", "day"),
    [
        ("2026-11-20T00:00:00", "2026-11-20"),
        ("2026-11-20T16:59:59.999999", "2026-11-20"),
        ("2026-11-20T17:00:00", "2026-11-23"),
        ("2026-11-20T23:59:59.999999", "2026-11-23"),
        ("2026-11-21T00:00:00", "2026-11-23"),
        ("2026-11-22T12:00:00", "2026-11-23"),
        ("2026-10-01T10:00:00", "2026-10-08"),
        ("2026-10-10T16:59:59", "2026-10-10"),
    ],
)
def test_a_simple_one_after_hours_or_on_a_day_off_is_due_the_next_working_day(
    calendar: Calendar, accepted: str, day: str
) -> None:
    assert handled(accepted, Complexity.SIMPLE, calendar).due_at == at(f"{day}T17:00")


def test_29_february_is_counted_where_there_is_one(calendar: Calendar) -> None:
    leap, common = (handled(f"{year}-02-27T10:00", Complexity.GENERAL, calendar) for year in (2024, 2025))
    assert leap.due_at == at("2024-03-01T17:00")
    assert common.due_at == at("2025-03-04T17:00")


def test_every_date_up_to_the_due_one_is_listed_with_its_status_and_notice(calendar: Calendar) -> None:
    found = handled("2025-12-31T11:00", Complexity.GENERAL, calendar)
    assert [(f"{day.date:%m-%d}", day.status.value, day.notice, counted) for day, counted in found.days] == [
        ("12-31", "working-day", "notice-2025", False),
        ("01-01", "public-holiday", "notice-2026", False),
        ("01-02", "public-holiday", "notice-2026", False),
        ("01-03", "public-holiday", "notice-2026", False),
        ("01-04", "shifted-working-day", "notice-2026", True),
        ("01-05", "working-day", "notice-2026", True),
        ("01-06", "working-day", "notice-2026", True),
    ]
    assert not found.provisional


def test_a_same_day_clock_lists_the_one_day(calendar: Calendar) -> None:
    today = handled("2026-11-20T10:00", Complexity.SIMPLE, calendar)
    later = handled("2026-11-20T17:00", Complexity.SIMPLE, calendar)
    assert [counted for _, counted in today.days] == [True]
    assert [counted for _, counted in later.days] == [False, False, False, True]


def test_a_year_without_a_notice_gives_a_provisional_due_date(calendar: Calendar) -> None:
    known, guessed = (handled(f"2026-12-{day}T10:00", Complexity.GENERAL, calendar) for day in (25, 29))
    assert (known.due_at, known.provisional) == (at("2026-12-30T17:00"), False)
    assert (guessed.due_at, guessed.provisional) == (at("2027-01-04T17:00"), True)


def test_acceptance_is_due_the_working_day_after_dispatch(calendar: Calendar) -> None:
    clocks = due_dates(at("2026-09-21T10:00"), Complexity.GENERAL, calendar, HOURS, at("2026-09-18T23:00"))
    assert list(clocks) == ["accept", "contact", "handle"]
    assert clocks["accept"].due_at == at("2026-09-20T17:00")
    assert (clocks["accept"].yellow_at, clocks["accept"].red_at) == (None, None)


def test_the_terms_are_those_of_the_rules() -> None:
    assert {name: tuple(term) for name, term in TERMS.items()} == {
        "accept": (1, False),
        "contact": (1, False),
        "handle.simple": (0, True),
        "handle.general": (3, True),
        "handle.complex": (5, True),
        "rectify": (3, True),
        "city.contact": (1, False),
        "city.ordinary": (5, False),
        "city.hard": (15, False),
    }
    assert (f"{HOURS.opens}", f"{HOURS.closes}") == ("09:00:00", "17:00:00")


def test_business_hours_are_the_policys(calendar: Calendar) -> None:
    hours = Hours(closes=at("2026-11-20T16:30").time())
    found = [due(at(f"2026-11-20T16:{m}"), TERMS["handle.simple"], calendar, hours).due_at for m in (29, 30)]
    assert found == [at("2026-11-20T16:30"), at("2026-11-23T16:30")]


@pytest.mark.parametrize(
    ("before_due", "expected"),
    [
        (timedelta(hours=24) + TICK, Light.GREEN),
        (timedelta(hours=24), Light.YELLOW),
        (TICK, Light.YELLOW),
        (timedelta(0), Light.YELLOW),
        (-TICK, Light.RED),
        (-timedelta(days=400), Light.RED),
    ],
)
def test_yellow_is_from_24_hours_before_due_and_exactly_at_due_is_on_time(
    calendar: Calendar, before_due: timedelta, expected: Light
) -> None:
    found = handled("2026-11-23T10:00", Complexity.GENERAL, calendar)
    assert colour(found, found.due_at - before_due) is expected
    assert (found.yellow_at, found.red_at) == (at("2026-11-25T17:00"), at("2026-11-26T17:00"))


def test_the_24_hours_are_natural_ones_over_days_off_too(calendar: Calendar) -> None:
    found = handled("2026-11-18T10:00", Complexity.GENERAL, calendar)
    assert found.due_at == at("2026-11-23T17:00")
    assert found.yellow_at == at("2026-11-22T17:00")


def test_a_same_day_clock_is_born_yellow(calendar: Calendar) -> None:
    found = handled("2026-11-20T10:00", Complexity.SIMPLE, calendar)
    assert found.yellow_at == at("2026-11-20T10:00")
    assert colour(found, at("2026-11-20T10:00")) is Light.YELLOW


def test_a_clock_without_colours_has_no_light(calendar: Calendar) -> None:
    contact = due_dates(at("2026-11-20T10:00"), Complexity.SIMPLE, calendar, HOURS)["contact"]
    with pytest.raises(ValueError, match="no colours"):
        colour(contact, at("2026-11-20T10:00"))


def test_an_instant_without_a_zone_is_refused(calendar: Calendar) -> None:
    with pytest.raises(ValueError, match="zone"):
        due(datetime(2026, 11, 20, 10), TERMS["rectify"], calendar, HOURS)
    with pytest.raises(ValueError, match="zone"):
        colour(handled("2026-11-20T10:00", Complexity.SIMPLE, calendar), datetime(2026, 11, 20, 10))


def test_colours_have_chinese_names() -> None:
    assert [one.chinese for one in (Light.GREEN, Light.YELLOW, Light.RED)] == ["绿灯", "黄灯", "红灯"]


@pytest.fixture(params=["America/Los_Angeles", "Pacific/Kiritimati", "UTC"])
def elsewhere(request: pytest.FixtureRequest) -> Iterator[None]:
    """A process that takes itself to be somewhere else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(("accepted", "contact", "simple", "general", "complex_"), ACCEPTED[:8])
def test_the_zone_of_the_process_and_of_the_instant_do_not_matter(
    calendar: Calendar, accepted: str, contact: str, simple: str, general: str, complex_: str
) -> None:
    for zone in (UTC, SHANGHAI, timezone(timedelta(hours=-11)), timezone(timedelta(hours=14))):
        start = at(accepted).astimezone(zone)
        found = [due_dates(start, one, calendar, HOURS)["handle"].due_at for one in Complexity]
        assert found == [at(f"{day}T17:00") for day in (simple, general, complex_)]
        assert due_dates(start, Complexity.SIMPLE, calendar, HOURS)["contact"].due_at == at(f"{contact}T17:00")


# An oracle: whole seconds of the epoch and numbered days, 1970-01-01 a Thursday, Shanghai eight hours ahead.


def closings(second: int, working: dict[int, bool]) -> Iterator[int]:
    """The closes of business after a second, one after the other."""
    number = second // 86_400 - 1
    while True:
        number += 1
        closes = number * 86_400 + 9 * 3_600
        if closes > second and working.get(number, number % 7 not in {2, 3}):
            yield closes


def expected_due(second: int, days: int, working: dict[int, bool]) -> int:
    midnight = ((second + 8 * 3_600) // 86_400 + 1) * 86_400 - 8 * 3_600
    coming = closings(second if days == 0 else midnight, working)
    for _ in range(days - 1):
        next(coming)
    return next(coming)


def expected_colour(due_second: int, now: int) -> str:
    if now > due_second:
        return "red"
    return "yellow" if due_second - now <= 86_400 else "green"


SECONDS = st.one_of(
    st.integers(1_514_736_000, 1_546_099_200),  # 2018
    st.integers(1_672_502_400, 1_798_646_400),  # 2023 to 2026, whose December may look into 2027
    st.builds(
        lambda number, around: number * 86_400 + 9 * 3_600 + around, st.integers(19_358, 20_817), st.integers(-1, 1)
    ),
)
EPOCH = date(1970, 1, 1)


@settings(max_examples=CASES)
@given(
    second=SECONDS,
    days=st.sampled_from([0, 0, 1, 3, 5, 15]),
    others=st.dictionaries(st.integers(-1, 40), st.sampled_from(DayStatus), max_size=12),
    around=st.sampled_from([-86_401, -86_400, -86_399, -1, 0, 1]) | st.integers(-3_000_000, 3_000_000),
)
def test_any_due_date_and_colour_is_the_oracles(
    off: frozenset[str],
    shifted: frozenset[str],
    calendar: Calendar,
    second: int,
    days: int,
    others: dict[int, DayStatus],
    around: int,
) -> None:
    """Of the real calendar with up to a dozen dates made something else."""
    first = (second + 8 * 3_600) // 86_400
    numbered = range(first - 1, first + 90)
    working = {n: False for n in numbered if str(EPOCH + timedelta(days=n)) in off}
    working |= {n: True for n in numbered if str(EPOCH + timedelta(days=n)) in shifted}
    if EPOCH + timedelta(days=first + 90) >= date(2027, 1, 1):
        working[20_819] = False  # 2027-01-01, of a year without a notice
    working |= {first + n: status.value in {"working-day", "shifted-working-day"} for n, status in others.items()}
    rows = [calendar.day(EPOCH + timedelta(days=n)) for n in numbered]
    rows += [Day(EPOCH + timedelta(days=first + n), one, "other", 2, provisional=False) for n, one in others.items()]

    start = datetime.fromtimestamp(second, UTC)
    found = due(start, Term(days, coloured=True), Calendar.of(rows, 1), HOURS)

    expected = expected_due(second, days, working)
    assert found.due_at.timestamp() == expected
    assert colour(found, datetime.fromtimestamp(expected + around, UTC)).value == expected_colour(
        expected, expected + around
    )
    assert found.yellow_at == max(start, found.due_at - 86_400 * SECOND)
    assert [day.date for day, _ in found.days] == [
        EPOCH + timedelta(days=n) for n in range(first, expected // 86_400 + 1)
    ]
    assert sum(counted for _, counted in found.days) == max(days, 1)
    assert all(day.working for day, counted in found.days if counted)
