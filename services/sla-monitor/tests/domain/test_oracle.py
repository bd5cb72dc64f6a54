"""A hundred thousand random cases against an oracle that shares no code with the service: due dates, lights, decisions.

The oracle counts microseconds and days since 1970-01-01 00:00 in Shanghai (eight hours ahead, always since 1991), knows
the days off as a set of numbers, and walks from day to day.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from chassis.testing.asking import supervised
from contracts import tickets
from contracts.vocabulary import ClockKind, Complexity, DayStatus, DispatchRule
from sla_monitor.domain import (
    TERMS,
    Calendar,
    Case,
    Day,
    Hours,
    Measures,
    Policy,
    Ticket,
    advance,
    colour,
    due,
    react,
)

CALENDARS = 250
DUES, LIVES, ROUNDS = 360, 40, 20
"""Cases in each calendar: a hundred thousand in all, and five thousand rounds of supervision."""

SECOND = 1_000_000
HOUR, DAY = 3_600 * SECOND, 86_400 * SECOND
OPENS, CLOSES = 9 * HOUR, 17 * HOUR
STATUTORY = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
COMPLEXITIES = {"simple": 0, "general": 3, "complex": 5}
BY_TERM = {
    "accept": (1, False),
    "contact": (1, False),
    "rectify": (3, True),
    "city.contact": (1, False),
    "city.ordinary": (5, False),
    "city.hard": (15, False),
    **{f"handle.{one}": (days, True) for one, days in COMPLEXITIES.items()},
}
"""Working days of each clock of the rules, and whether it has colours."""


# The oracle


def numbered(*years: int) -> Iterator[tuple[int, int, int, int]]:
    """Every day of these years: its number, year, month and day of the month."""
    number = sum(365 + leap(year) for year in range(1970, years[0]))
    for year in years:
        for month, days in enumerate((31, 28 + leap(year), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1):
            for day in range(1, days + 1):
                yield number, year, month, day
                number += 1


def leap(year: int) -> int:
    return int(year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))


def due_by(at: int, days: int, off: set[int]) -> int:
    """Close of business of the last of so many working days after the start day."""
    on = at // DAY
    if days == 0 and (on in off or at % DAY >= CLOSES):
        days = 1
    while days:
        on += 1
        days -= on not in off
    return on * DAY + CLOSES


def decided(accepted: int, decisions: Sequence[tuple[int, str]], off: set[int]) -> int:
    """When handling is due after decisions on its complexity, the first at acceptance (rules 3.4)."""
    now = COMPLEXITIES[decisions[0][1]]
    due_at = due_by(accepted, now, off)
    for at, wanted in decisions[1:]:
        days = COMPLEXITIES[wanted]
        anew = due_by(accepted, days, off)
        if days > now:
            due_at = anew
        if days < now:
            due_at = min(due_at, max(anew, due_by(at, 0, off)))
        now = days
    return due_at


def light_by(due_at: int, at: int, *, coloured: bool) -> str:
    if at > due_at:
        return "red" if coloured else "overdue"
    if not coloured:
        return "running"
    return "yellow" if due_at - at <= DAY else "green"


# Random cases

EPOCH = datetime(1970, 1, 1, tzinfo=timezone(timedelta(hours=8)))
MICROSECOND = timedelta(microseconds=1)


def instant(number: int) -> datetime:
    return EPOCH + timedelta(microseconds=number)


def number(of: datetime | None) -> int:
    assert of is not None
    return (of - EPOCH) // MICROSECOND


@dataclass(frozen=True)
class Years:
    """A random calendar of three years: the service's and the oracle's, and days of the second to start on."""

    calendar: Calendar
    off: set[int]
    unsettled: set[int]
    days: list[int]
    edges: list[int]

    def some(self, dice: random.Random) -> int:
        """An instant, most of them around the edges of hours, days, days off, the year and February."""
        on = dice.choice(self.edges if dice.random() < 0.5 else self.days)
        if dice.random() < 0.3:
            return on * DAY + dice.randrange(DAY)
        around = dice.choice((-60 * SECOND, -SECOND, -1, 0, 0, 0, 1, SECOND, 60 * SECOND))
        return on * DAY + dice.choice((0, OPENS, CLOSES, CLOSES, DAY - SECOND)) + around


def made(dice: random.Random) -> Years:
    """Holidays that begin anywhere, weekends worked for them, days that are provisional, and days without a row."""
    year = dice.randrange(1992, 2060)
    every = list(numbered(year - 1, year, year + 1))
    said = {on: "weekend" if (on + 3) % 7 >= 5 else "working-day" for on, *_ in every}
    said |= {on: "shifted-working-day" for on, status in said.items() if status == "weekend" and dice.random() < 0.15}
    for _ in range(dice.randrange(24)):
        first = dice.choice(every)[0]
        said |= {on: "public-holiday" for on in range(first, first + dice.choice((1, 3, 5, 8, 15))) if on in said}
    noticed = every[-1][0] if dice.random() < 0.5 else dice.choice(every)[0]
    plain = {on: (on + 3) % 7 >= 5 or (month, day) in STATUTORY for on, _, month, day in every if on > noticed}
    provisional = {on for on in said if on <= noticed and dice.random() < 0.002}
    rows = [
        Day(date(of, month, day), DayStatus(said[on]), "n", 1, provisional=on in provisional)
        for on, of, month, day in every
        if on <= noticed
    ]
    off = {on for on, status in said.items() if on <= noticed and status in {"weekend", "public-holiday"}}
    turns = {(1, 1), (1, 2), (2, 28), (2, 29), (3, 1), (12, 30), (12, 31)}
    return Years(
        Calendar.of(rows, 1),
        off | {on for on, is_off in plain.items() if is_off},
        provisional | plain.keys(),
        days=[on for on, of, *_ in every if of == year],
        edges=[on for on, of, *date_ in every if of == year and (tuple(date_) in turns or said[on] in SPECIAL)],
    )


SPECIAL = {"shifted-working-day", "public-holiday"}


@pytest.fixture(scope="module")
def calendars() -> list[Years]:
    """The same ones every time."""
    return [made(random.Random(seed)) for seed in range(CALENDARS)]


def test_the_terms_are_the_oracles() -> None:
    assert {name: tuple(term) for name, term in TERMS.items()} == BY_TERM


def test_every_term_is_due_and_lit_as_the_oracle_says(calendars: list[Years]) -> None:
    dice = random.Random("dues")
    for years in calendars:
        for _ in range(DUES):
            assert_due(years, years.some(dice), dice.choice(list(TERMS)), dice)


def assert_due(years: Years, start: int, name: str, dice: random.Random) -> None:
    (days, coloured), hours = BY_TERM[name], Hours()
    found = due(instant(start), TERMS[name], years.calendar, hours)
    expected = due_by(start, days, years.off)
    between = range(start // DAY, expected // DAY + 1)
    assert number(found.due_at) == expected, (instant(start), name)
    assert found.provisional == (not years.unsettled.isdisjoint(between))
    assert (found.days[0].day.date, len(found.days)) == (instant(start).date(), len(between))
    assert sum(counted for _, counted in found.days) == max(days, 1)
    if coloured:
        assert (number(found.yellow_at), number(found.red_at)) == (max(start, expected - DAY), expected)
        for at in (
            dice.randint(start, expected + DAY),
            expected - DAY + dice.choice((-1, 0)),
            expected + dice.choice((0, 1)),
        ):
            assert colour(found, instant(at)).value == light_by(expected, at, coloured=True)
    else:
        assert (found.yellow_at, found.red_at) == (None, None)


def test_after_any_decisions_a_ticket_is_due_and_lit_as_the_oracle_says(calendars: list[Years]) -> None:
    dice = random.Random("lives")
    for years in calendars:
        measures = Measures(Policy(), years.calendar, instant(0))
        for _ in range(LIVES):
            assert_lived(Life(years, measures, dice), dice)


def test_a_round_of_supervision_is_due_and_lit_as_the_oracle_says(calendars: list[Years]) -> None:
    dice = random.Random("rounds")
    for years in calendars:
        measures = Measures(Policy(), years.calendar, instant(0))
        for _ in range(ROUNDS):
            assert_round(years, measures, dice)


def assert_round(years: Years, measures: Measures, dice: random.Random) -> None:
    """By the term, or with a due of its own (rules 4, 5.3)."""
    opened = years.some(dice)
    own = dice.choice((None, opened + dice.randrange(1, 8 * DAY)))
    due_at = own or due_by(opened, 3, years.off)
    said = {"opened_at": instant(opened), "due_at": own and instant(own)}
    fact = supervised("24 10:00").model_copy(update=said)
    case = react(Case(Ticket(fact.ticket_id, fact.complaint_id), {}), fact, instant(opened), measures).case
    edge = dice.choice((due_at, due_at - DAY))
    at = max(opened, dice.choice((edge, edge - 1, edge + 1, opened + dice.randrange(8 * DAY))))
    [clock] = advance(case, instant(at), instant(at), measures).case.clocks.values()
    assert (number(clock.due_at), clock.light.value) == (due_at, light_by(due_at, at, coloured=True)), opened
    assert number(clock.yellow_at) == max(opened, due_at - DAY)


SAID: dict[str, Any] = {"ticket_id": UUID(int=1), "complaint_id": UUID(int=2)}
UNIT: dict[str, Any] = {"unit": "hrss", "by": "unit.hrss/0412"}


class Life:
    """A ticket that is dispatched and accepted; the oracle's view of it beside the service's."""

    def __init__(self, years: Years, measures: Measures, dice: random.Random) -> None:
        self.years, self.measures = years, measures
        self.case = Case(Ticket(SAID["ticket_id"], SAID["complaint_id"]), {})
        self.dispatched = self.at = years.some(dice)
        sent: dict[str, Any] = {
            "rule": DispatchRule.MATTER_OWNER,
            "directory_version": 1,
            "dispatched_at": instant(self.at),
        }
        self.hear(tickets.TicketDispatched(**SAID, unit="hrss", **sent))
        self.accepted = self.at = self.at + dice.choice((0, dice.randrange(HOUR), dice.randrange(4 * DAY)))
        self.decisions = [(self.accepted, dice.choice(list(COMPLEXITIES)))]
        as_: dict[str, Any] = {"complexity": Complexity(self.decisions[0][1]), "accepted_at": instant(self.at)}
        self.hear(tickets.TicketAccepted(**SAID, **UNIT, **as_))
        self.asked: tuple[int, int] | None = None

    def hear(self, fact: Any) -> None:
        self.case = react(self.case, fact, instant(self.at), self.measures).case

    def later(self, dice: random.Random) -> None:
        """A while passes, most often up to an edge of business or of the present light."""
        due_at = self.due()
        edge = dice.choice((self.at // DAY * DAY + CLOSES, self.at // DAY * DAY + DAY + CLOSES, due_at - DAY, due_at))
        self.at = max(self.at, dice.choice((edge, edge - 1, edge + 1, self.at + dice.randrange(3 * DAY))))

    def due(self) -> int:
        return decided(self.accepted, self.decisions, self.years.off)

    def decide(self, dice: random.Random) -> None:
        (_, before), wanted = self.decisions[-1], dice.choice(list(COMPLEXITIES))
        self.decisions.append((self.at, wanted))
        as_: dict[str, Any] = {
            "complexity": Complexity(wanted),
            "previous": Complexity(before),
            "classified_at": instant(self.at),
        }
        self.hear(tickets.TicketClassified(**SAID, **UNIT, **as_))

    def ask(self, dice: random.Random) -> None:
        self.asked = (self.at, self.at + dice.randrange(1, 8 * DAY))
        by: dict[str, Any] = {"lead": "hrss", "unit": "tax", "by": UNIT["by"], "question_id": UUID(int=3)}
        when: dict[str, Any] = {"asked_at": instant(self.at), "due_at": instant(self.asked[1])}
        self.hear(tickets.AssistAsked(**SAID, assist_id=UUID(int=4), **by, **when))

    def expected(self) -> dict[ClockKind, tuple[int, str]]:
        """The clocks that run: when each is due, and its light now."""
        due_at = self.due()
        contact = due_by(self.accepted, 1, self.years.off)
        found = {
            ClockKind.HANDLE: (due_at, light_by(due_at, self.at, coloured=True)),
            ClockKind.CONTACT: (contact, light_by(contact, self.at, coloured=False)),
        }
        if self.asked:
            asked, wanted = self.asked
            capped = min(wanted, due_at) if due_at > asked else wanted
            found[ClockKind.ASSIST] = (capped, light_by(capped, self.at, coloured=False))
        return found


def assert_lived(life: Life, dice: random.Random) -> None:
    assert_stands(life)
    assert number(life.case.clocks[ClockKind.ACCEPT, "1"].due_at) == due_by(life.dispatched, 1, life.years.off)
    for _ in range(dice.randrange(4)):
        life.later(dice)
        if life.asked is None and dice.random() < 0.3:
            life.ask(dice)
        else:
            life.decide(dice)
        assert_stands(life)
    life.later(dice)
    life.case = advance(life.case, instant(life.at), instant(life.at), life.measures).case
    assert_stands(life)


def assert_stands(life: Life) -> None:
    running = {one.kind: one for one in life.case.clocks.values() if one.open}
    expected = life.expected()
    found = {kind: (number(one.due_at), one.light.value) for kind, one in running.items()}
    assert found == expected, life.decisions
    handle = running[ClockKind.HANDLE]
    assert number(handle.yellow_at) == max(life.accepted, expected[ClockKind.HANDLE][0] - DAY)
