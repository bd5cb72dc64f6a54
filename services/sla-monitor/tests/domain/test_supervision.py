"""The clock of a round of supervision: coloured, due as the office set it or by the term (rules 4, 4.1, 5.3)."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.testing import lives
from chassis.testing.asking import ROUND, rectified, supervised
from chassis.testing.lives import at
from contracts.clocks import ClockMoved, ClockStarted, ClockTurned, TicketAlerted
from contracts.vocabulary import ChangeCause, ClockKind, Complexity, DayStatus, Light, Verdict
from sla_monitor.domain import Calendar, Case, Day, Measures, Policy, Ticket, advance, react

NOTICED = at("30 23:00")
MET, OVERDUE = Verdict.MET, Verdict.OVERDUE


class Rounds:
    """The rounds of a ticket, and what is told of them."""

    def __init__(self, calendar: Calendar) -> None:
        self.measures = Measures(Policy(), calendar, at("01 00:00"))
        self.case = Case(Ticket(lives.TICKET, lives.COMPLAINT), {})
        self.told: list[Any] = []

    def hear(self, *facts: Any) -> None:
        """Facts come."""
        for fact in facts:
            self._take(react(self.case, fact, NOTICED, self.measures))

    def wait(self, to: str) -> None:
        """Time passes."""
        self._take(advance(self.case, at(to), at(to), self.measures))

    def amend(self, when: str, *off: str) -> None:
        """A newer calendar holds from then on, by which these days of November are off, too."""
        days = [Day(date(2026, 11, int(one)), DayStatus.HOLIDAY, "new", 2, provisional=False) for one in off]
        newer = self.measures.calendar.changed_by(days)
        self.measures = Measures(Policy(), newer, at(when))

    def turns(self) -> list[tuple[Light, datetime, str]]:
        """How lights turned: to what, from when on, and why."""
        return [(one.light, one.effective_at, one.cause) for one in self.told if isinstance(one, ClockTurned)]

    def _take(self, reaction: Any) -> None:
        self.case = reaction.case
        self.told += reaction.told


@pytest.fixture
def rounds(calendar: Calendar) -> Rounds:
    """No round was opened yet."""
    return Rounds(calendar)


@pytest.mark.parametrize(
    ("opened", "due", "due_at", "yellow_at", "term"),
    [
        ("24 10:00", None, "27 17:00", "26 17:00", "rectify"),
        ("25 16:59", None, "30 17:00", "29 17:00", "rectify"),
        ("25 17:00", None, "30 17:00", "29 17:00", "rectify"),
        ("27 10:00", None, "02 17:00", "01 17:00", "rectify"),
        ("24 10:00", "26 12:00", "26 12:00", "25 12:00", None),
        ("24 10:00", "28 10:00", "28 10:00", "27 10:00", None),
        ("24 10:00", "24 18:00", "24 18:00", "24 10:00", None),
    ],
)
def test_a_round_is_due_as_it_was_set_or_after_three_working_days(
    rounds: Rounds, opened: str, due: str | None, due_at: str, yellow_at: str, term: str | None
) -> None:
    rounds.hear(supervised(opened, due))
    [told] = rounds.told
    assert isinstance(told, ClockStarted)
    assert (told.clock, told.ref, told.unit, told.term) == (ClockKind.RECTIFY, str(ROUND), "hrss", term)
    month = timedelta(days=30) if at(due_at) < at(opened) else timedelta(0)
    assert (told.started_at, told.due_at, told.yellow_at) == (at(opened), at(due_at) + month, at(yellow_at) + month)
    assert told.light is (Light.YELLOW if told.yellow_at == told.started_at else Light.GREEN)


def test_a_round_turns_yellow_a_day_before_its_due_and_red_after_it(rounds: Rounds) -> None:
    rounds.hear(supervised("24 10:00"))
    rounds.wait("27 17:00")
    assert rounds.turns() == [(Light.YELLOW, at("26 17:00"), "time")]
    rounds.wait("27 18:00")
    assert rounds.turns()[1:] == [(Light.RED, at("27 17:00"), "time")]
    alert = rounds.told[-1]
    assert isinstance(alert, TicketAlerted)
    assert [(one.clock, one.ref, one.unit, one.light) for one in alert.open] == [
        (ClockKind.RECTIFY, str(ROUND), "hrss", Light.RED)
    ]


@pytest.mark.parametrize(
    ("reported", "verdict", "light"),
    [("24 11:00", MET, Light.GREEN), ("27 17:00", MET, Light.YELLOW), ("27 17:01", OVERDUE, Light.RED)],
)
@pytest.mark.parametrize("due", [None, "27 17:00"])
def test_a_round_is_judged_by_when_the_rectification_was_reported(
    rounds: Rounds, due: str | None, reported: str, verdict: Verdict, light: Light
) -> None:
    rounds.hear(supervised("24 10:00", due), rectified(reported))
    [clock] = rounds.case.clocks.values()
    assert (clock.verdict, clock.stopped_at, clock.light) == (verdict, at(reported), light)


def test_a_report_that_comes_late_takes_the_red_back(rounds: Rounds) -> None:
    rounds.hear(supervised("24 10:00"))
    rounds.wait("30 10:00")
    rounds.hear(rectified("27 16:00"))
    assert rounds.turns()[-1] == (Light.YELLOW, at("27 17:00"), "corrected")
    assert [one.verdict for one in rounds.case.clocks.values()] == [MET]
    assert [one.open for one in rounds.told if isinstance(one, TicketAlerted)][-1] == ()


def test_each_round_has_its_own_clock(rounds: Rounds) -> None:
    second: dict[str, Any] = {"round_id": UUID(int=99), "round": 2}
    rounds.hear(supervised("24 10:00"), rectified("25 10:00"), supervised("26 10:00", **second))
    assert [(one.ref, one.verdict) for one in rounds.case.clocks.values()] == [
        (str(ROUND), MET),
        (str(UUID(int=99)), None),
    ]
    rounds.hear(rectified("01 10:00"), rectified("27 10:00", **second))
    assert [one.verdict for one in rounds.case.clocks.values()] == [MET, MET]


def test_of_two_open_rounds_a_report_ends_its_own(rounds: Rounds) -> None:
    rounds.hear(supervised("24 10:00"), supervised("24 11:00", round_id=UUID(int=99)), rectified("25 10:00"))
    assert [one.verdict for one in rounds.case.clocks.values()] == [MET, None]


def test_where_no_unit_has_the_finish_none_answers(rounds: Rounds) -> None:
    rounds.hear(supervised("24 10:00", unit=None))
    assert rounds.told[0].unit is None


def test_a_newer_calendar_moves_a_round_by_its_term_and_none_with_a_due_of_its_own(rounds: Rounds) -> None:
    rounds.hear(supervised("24 10:00"), supervised("24 10:00", "27 17:00", round_id=UUID(int=99)))
    rounds.amend("25 09:00", "25")
    rounds.wait("25 10:00")
    [moved] = [one for one in rounds.told if isinstance(one, ClockMoved)]
    assert (moved.ref, moved.cause, moved.effective_at) == (str(ROUND), ChangeCause.CALENDAR, at("25 09:00"))
    assert (moved.due_at, moved.yellow_at) == (at("30 17:00"), at("29 17:00"))


def test_by_facts_of_the_ticket_a_newer_calendar_does_not_count_for_a_round(rounds: Rounds) -> None:
    rounds.hear(supervised("24 10:00"))
    rounds.amend("25 09:00", "25")
    rounds.hear(lives.dispatched("25 10:00"), lives.accepted("25 11:00"))
    assert not [one for one in rounds.told if isinstance(one, ClockMoved)]
    rounds.hear(rectified("30 16:00"))
    assert [one.due_at for one in rounds.told if isinstance(one, ClockMoved)] == [at("30 17:00")]
    assert [one.verdict for one in rounds.case.clocks.values() if one.kind is ClockKind.RECTIFY] == [MET]


def test_another_unit_or_complexity_of_the_ticket_leaves_a_round_as_it_is(rounds: Rounds) -> None:
    rounds.hear(lives.dispatched("23 10:00"), lives.accepted("23 11:00"), supervised("24 10:00"))
    rounds.hear(
        lives.dispatched("24 11:00", "tax"), lives.classified("24 12:00", Complexity.COMPLEX, Complexity.GENERAL)
    )
    clock = rounds.case.clocks[ClockKind.RECTIFY, str(ROUND)]
    assert (clock.unit, clock.due_at, clock.term) == ("hrss", at("27 17:00"), "rectify")
