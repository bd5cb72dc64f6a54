"""What clocks tell by facts, by time and by amended calendars: the pure rules of 3.2–3.8 and 4.1–4.7."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.testing.lives import (
    BY,
    COMPLAINT,
    OTHER,
    SAID,
    TICKET,
    accepted,
    assist,
    at,
    classified,
    contacted,
    dispatched,
    finished,
    opened,
    tracked,
)
from contracts import tickets
from contracts.clocks import ClockMoved, ClockStarted, ClockStopped, ClockTurned, TicketAlerted
from contracts.vocabulary import (
    Channel,
    ClockKind,
    Complexity,
    DayStatus,
    Light,
    ReturnReason,
    Verdict,
)
from sla_monitor.domain import Calendar, Case, Day, Measures, Policy, Ticket, advance, earliest, inherit, react


@pytest.fixture
def measures(calendar: Calendar) -> Measures:
    """The calendar of six years' notices, and the policy as it is by itself."""
    return Measures(Policy(), calendar, at("01 00:00"))


class Desk:
    """A ticket's case that facts and time change; `told` is everything since the last look."""

    def __init__(self, measures: Measures) -> None:
        self.case = Case(Ticket(TICKET, COMPLAINT), {})
        self.measures = measures
        self._told: list[Any] = []

    def hear(self, *facts: Any, noticed: datetime | None = None) -> None:
        """Facts come, noticed when they happened unless it is said."""
        for fact in facts:
            self._take(react(self.case, fact, noticed or at("30 23:00"), self.measures))

    def wait(self, to: datetime, noticed: datetime | None = None) -> None:
        """Time passes."""
        self._take(advance(self.case, to, noticed or to, self.measures))

    def _take(self, reaction: Any) -> None:
        self.case = reaction.case
        self._told += reaction.told

    def told(self, kind: type[Any], clock: ClockKind | None = None) -> list[Any]:
        """What was told of this kind, of one clock if it is named."""
        return [one for one in self._told if isinstance(one, kind) and clock in (None, getattr(one, "clock", None))]

    def clock(self, kind: ClockKind, ref: str = "1") -> Any:
        """One clock as it stands."""
        return self.case.clocks[kind, ref]


@pytest.fixture
def desk(measures: Measures) -> Desk:
    """A ticket of which nothing is known yet."""
    return Desk(measures)


def turns(desk: Desk, kind: ClockKind = ClockKind.HANDLE) -> Sequence[tuple[Light, datetime, str]]:
    """How a clock's light turned: to what, when that became true, and why."""
    return [(one.light, one.effective_at, one.cause) for one in desk.told(ClockTurned, kind)]


def test_dispatch_starts_the_accept_clock_until_the_close_of_the_next_working_day(desk: Desk) -> None:
    desk.hear(opened(), dispatched("27 16:00"))
    (told,) = desk.told(ClockStarted)
    assert (told.clock, told.unit, told.due_at, told.light) == (ClockKind.ACCEPT, "hrss", at("30 17:00"), Light.RUNNING)


def test_acceptance_starts_contact_and_handling_and_is_judged(desk: Desk) -> None:
    desk.hear(opened(), dispatched(), accepted())
    assert desk.clock(ClockKind.ACCEPT).verdict is Verdict.MET
    assert desk.clock(ClockKind.CONTACT).due_at == at("26 17:00")
    assert (desk.clock(ClockKind.HANDLE).due_at, desk.clock(ClockKind.HANDLE).light) == (at("30 17:00"), Light.GREEN)


@pytest.mark.parametrize("told_before", [True, False])
def test_who_is_deemed_to_have_accepted_did_not_in_time(desk: Desk, told_before: bool) -> None:
    desk.hear(opened(), dispatched())
    if told_before:
        desk.wait(at("25 18:00"))
    desk.hear(accepted("25 17:00", deemed=True))
    assert turns(desk, ClockKind.ACCEPT) == [(Light.OVERDUE, at("25 17:00"), "time")]
    assert desk.clock(ClockKind.ACCEPT).verdict is Verdict.OVERDUE
    assert desk.clock(ClockKind.HANDLE).started_at == at("25 17:00")


def test_lights_turn_once_in_order_with_their_own_instants(desk: Desk) -> None:
    desk.hear(opened(), dispatched(), accepted())
    desk.wait(at("30 16:00"))
    desk.wait(at("30 17:00"))
    assert turns(desk) == [(Light.YELLOW, at("29 17:00"), "time")]
    desk.wait(at("30 20:00"))
    desk.wait(at("30 21:00"))
    assert turns(desk)[1:] == [(Light.RED, at("30 17:00"), "time")]


def test_after_days_asleep_each_change_comes_once_with_its_true_instant(desk: Desk) -> None:
    desk.hear(opened(), dispatched("20 10:00"), accepted("20 11:00"))
    desk.wait(at("30 20:00"))
    assert turns(desk) == [(Light.YELLOW, at("24 17:00"), "time"), (Light.RED, at("25 17:00"), "time")]
    assert turns(desk, ClockKind.CONTACT) == [(Light.OVERDUE, at("23 17:00"), "time")]


def test_a_same_day_ticket_is_born_yellow(desk: Desk) -> None:
    desk.hear(opened(), dispatched(), accepted("25 10:00", Complexity.SIMPLE))
    (told,) = desk.told(ClockStarted, ClockKind.HANDLE)
    assert (told.light, told.due_at) == (Light.YELLOW, at("25 17:00"))
    assert turns(desk) == []


def test_exactly_at_due_is_on_time_and_a_moment_later_is_not(desk: Desk, measures: Measures) -> None:
    desk.hear(opened(), dispatched(), accepted(), finished("30 17:00"))
    assert desk.clock(ClockKind.HANDLE).verdict is Verdict.MET
    late = Desk(measures)
    late.hear(opened(), dispatched(), accepted(), finished("30 17:01"))
    (told,) = late.told(ClockStopped, ClockKind.HANDLE)
    assert (told.verdict, told.light, told.late_on_record) == (Verdict.OVERDUE, Light.RED, True)


def test_a_reply_that_comes_late_corrects_the_red_that_was_told(desk: Desk) -> None:
    desk.hear(opened(), dispatched(), accepted())
    desk.wait(at("30 20:00"))
    desk.hear(finished("30 16:59"))
    assert turns(desk)[-1] == (Light.YELLOW, at("30 17:00"), "corrected")
    (told,) = desk.told(ClockStopped, ClockKind.HANDLE)
    assert (told.verdict, told.late_on_record) == (Verdict.MET, False)
    assert desk.told(TicketAlerted)[-1].open == ()


def test_contact_is_met_by_reaching_the_reporter_or_by_three_attempts_on_the_due_day(
    desk: Desk, measures: Measures
) -> None:
    desk.hear(opened(), dispatched(), accepted(), contacted("25 15:00", reached=False))
    desk.hear(*(contacted(f"26 {hour}:00", reached=False) for hour in ("09", "11")))
    assert desk.clock(ClockKind.CONTACT).open
    desk.hear(contacted("26 16:00", reached=False))
    assert desk.clock(ClockKind.CONTACT).verdict is Verdict.MET
    other = Desk(measures)
    other.hear(opened(), dispatched(), accepted(), contacted("26 17:01", reached=True))
    assert other.clock(ClockKind.CONTACT).verdict is Verdict.OVERDUE


def test_the_same_attempt_counts_once(desk: Desk) -> None:
    desk.hear(opened(), dispatched(), accepted(), *[contacted("26 09:00", reached=False)] * 3)
    assert desk.clock(ClockKind.CONTACT).open


def test_a_longer_term_counts_from_the_acceptance_and_the_red_stays_on_record(desk: Desk) -> None:
    desk.hear(opened(), dispatched("20 10:00"), accepted("20 11:00"))
    desk.wait(at("26 10:00"))
    desk.hear(classified("26 11:00", Complexity.COMPLEX, Complexity.GENERAL), finished("27 10:00"))
    assert turns(desk)[-1] == (Light.YELLOW, at("26 17:00"), "time")
    assert (Light.GREEN, at("26 11:00"), "reclassified") in turns(desk)
    (told,) = desk.told(ClockStopped, ClockKind.HANDLE)
    assert (told.verdict, told.due_at, told.late_on_record) == (Verdict.MET, at("27 17:00"), True)


def test_a_shorter_term_is_not_due_before_today_and_never_later_than_it_was(desk: Desk, measures: Measures) -> None:
    desk.hear(opened(), dispatched(), accepted("23 10:00"))
    desk.hear(classified("25 10:00", Complexity.SIMPLE, Complexity.GENERAL))
    assert desk.clock(ClockKind.HANDLE).due_at == at("25 17:00")
    late = Desk(measures)
    late.hear(opened(), dispatched(), accepted("23 10:00"))
    late.hear(classified("27 10:00", Complexity.SIMPLE, Complexity.GENERAL))
    assert late.clock(ClockKind.HANDLE).due_at == at("26 17:00")


def test_shortened_twice_on_a_day_it_is_due_on_that_day(desk: Desk) -> None:
    desk.hear(opened(), dispatched(), accepted("20 10:00", Complexity.COMPLEX))
    desk.hear(classified("26 10:00", Complexity.GENERAL, Complexity.COMPLEX))
    desk.hear(classified("26 11:00", Complexity.SIMPLE, Complexity.GENERAL))
    assert desk.clock(ClockKind.HANDLE).due_at == at("26 17:00")


def test_dispatched_again_the_reporters_clock_runs_on_with_another_unit(desk: Desk) -> None:
    desk.hear(opened(), dispatched(), accepted(), dispatched("26 09:00", unit="tax", again=True))
    handle = desk.clock(ClockKind.HANDLE)
    assert (handle.unit, handle.due_at, handle.started_at) == ("tax", at("30 17:00"), at("25 10:00"))
    assert desk.told(ClockMoved, ClockKind.HANDLE)[0].cause == "redispatched"
    desk.hear(accepted("26 10:00", unit="tax"))
    assert [key for key in desk.case.clocks if key[0] is ClockKind.HANDLE] == [(ClockKind.HANDLE, "1")]
    assert desk.clock(ClockKind.ACCEPT, "2").verdict is Verdict.MET


def test_a_returned_ticket_has_a_new_accept_clock_with_its_next_unit(desk: Desk) -> None:
    returned = tickets.TicketReturned(
        **SAID, unit="hrss", reason=ReturnReason.OTHER, count=1, returned_at=at("24 15:00"), by=BY
    )
    desk.hear(opened(), dispatched(), returned, dispatched("26 10:00", unit="tax"))
    assert desk.clock(ClockKind.ACCEPT).verdict is Verdict.VOID
    assert (desk.clock(ClockKind.ACCEPT, "2").unit, desk.clock(ClockKind.ACCEPT, "2").due_at) == ("tax", at("27 17:00"))


def test_an_assist_is_due_at_most_with_its_lead_and_does_not_turn_the_lead(desk: Desk) -> None:
    desk.hear(opened(), dispatched(), accepted("23 10:00"), assist("24 09:00", "30 17:00"))
    asked = desk.clock(ClockKind.ASSIST, str(OTHER))
    assert (asked.due_at, asked.unit) == (at("26 17:00"), "tax")
    desk.hear(classified("24 10:00", Complexity.COMPLEX, Complexity.GENERAL))
    assert desk.clock(ClockKind.ASSIST, str(OTHER)).due_at == at("30 17:00")
    desk.hear(classified("25 10:00", Complexity.SIMPLE, Complexity.COMPLEX))
    assert desk.clock(ClockKind.ASSIST, str(OTHER)).due_at == at("25 17:00")


def test_tracking_in_time_is_a_third_class_and_progress_has_its_own_due(desk: Desk) -> None:
    desk.hear(opened(), dispatched(), accepted("23 10:00"), tracked("26 16:00", "27 12:00"))
    assert desk.clock(ClockKind.HANDLE).verdict is Verdict.TRACKED
    assert desk.clock(ClockKind.PROGRESS).due_at == at("27 12:00")
    desk.hear(
        tickets.TicketProgressed(
            **SAID,
            unit="hrss",
            note_id=COMPLAINT,
            next_progress_at=at("30 12:00"),
            progressed_at=at("27 13:00"),
            by=BY,
        )
    )
    assert desk.clock(ClockKind.PROGRESS).verdict is Verdict.OVERDUE
    assert desk.clock(ClockKind.PROGRESS, "2").open


def test_tracking_after_due_leaves_it_red(desk: Desk) -> None:
    desk.hear(opened(), dispatched(), accepted("20 10:00"), tracked("26 16:00", "27 12:00"))
    assert (desk.clock(ClockKind.HANDLE).open, desk.clock(ClockKind.HANDLE).light) == (True, Light.RED)


def test_city_tickets_have_the_citys_clocks_beside_from_its_receipt(desk: Desk) -> None:
    desk.hear(opened(Channel.CITY_EXIT, "20 10:00"), dispatched(), accepted())
    assert desk.clock(ClockKind.CITY_CONTACT).due_at == at("23 17:00")
    assert desk.clock(ClockKind.CITY).due_at == at("27 17:00")
    desk.hear(classified("26 10:00", Complexity.COMPLEX, Complexity.GENERAL))
    assert desk.clock(ClockKind.CITY).due_at.astimezone(UTC) == datetime(2026, 12, 11, 9, tzinfo=UTC)


def test_withdrawn_and_linked_tickets_are_not_judged(desk: Desk) -> None:
    desk.hear(opened(), dispatched(), accepted())
    desk.hear(tickets.TicketWithdrawn(**SAID, withdrawn_at=at("26 10:00"), by="centre"))
    assert {one.verdict for one in desk.case.clocks.values() if one.kind is not ClockKind.ACCEPT} == {Verdict.VOID}


def test_where_another_goes_on_the_earlier_clock_counts(desk: Desk, measures: Measures) -> None:
    desk.hear(opened(), dispatched(), accepted("25 10:00"))
    other = Desk(measures)
    other.hear(opened(), dispatched("20 10:00"), accepted("23 09:00"))
    since = earliest(other.case)
    assert since == at("23 09:00")
    reaction = inherit(desk.case, since, at("25 12:00"), at("25 12:00"), measures)
    (moved,) = (one for one in reaction.told if isinstance(one, ClockMoved))
    assert (moved.started_at, moved.due_at, moved.cause) == (at("23 09:00"), at("26 17:00"), "corrected")


def test_opened_again_it_has_clocks_again_and_the_first_verdict_stays(desk: Desk) -> None:
    desk.hear(opened(), dispatched("20 10:00"), accepted("20 11:00"), finished("26 10:00"))
    desk.hear(tickets.TicketReopened(**SAID, unit="hrss", round=2, reopened_at=at("27 10:00"), by="centre"))
    assert desk.clock(ClockKind.HANDLE).verdict is Verdict.OVERDUE
    assert (desk.clock(ClockKind.HANDLE, "2").open, desk.clock(ClockKind.HANDLE, "2").started_at) == (
        True,
        at("27 10:00"),
    )


def november(measures: Measures) -> list[Day]:
    """The month as the calendar has it."""
    return [measures.calendar.day(at("01 12:00").date().replace(day=number)) for number in range(1, 31)]


def amended(measures: Measures, on: str, status: DayStatus) -> Measures:
    """A newer calendar, in which one date of November is something else."""
    day = at(f"{on} 12:00").date()
    known = november(measures)
    anew = Day(day, status, "changed", 2, provisional=False)
    changed = [anew if one.date == day else one for one in known]
    return Measures(measures.policy, Calendar.of(changed, measures.calendar.version + 1), at("26 08:00"))


def test_an_amended_calendar_moves_what_runs_and_leaves_what_was_judged(desk: Desk, measures: Measures) -> None:
    desk.hear(opened(), dispatched("23 10:00"), accepted("23 11:00"))
    desk.wait(at("26 07:00"))
    assert desk.clock(ClockKind.HANDLE).light is Light.YELLOW
    newer = amended(measures, "26", DayStatus.HOLIDAY)
    reaction = advance(desk.case, at("26 08:00"), at("26 08:00"), newer)
    (moved,) = (one for one in reaction.told if isinstance(one, ClockMoved))
    (turned,) = (one for one in reaction.told if isinstance(one, ClockTurned))
    assert (moved.due_at, moved.previous_due_at, moved.cause) == (at("27 17:00"), at("26 17:00"), "calendar")
    assert (turned.light, turned.effective_at, turned.cause) == (Light.GREEN, at("26 08:00"), "calendar")
    assert reaction.case.clocks[ClockKind.ACCEPT, "1"] == desk.clock(ClockKind.ACCEPT)
    assert advance(reaction.case, at("26 09:00"), at("26 09:00"), newer).told == []


def test_a_calendar_that_makes_it_due_earlier_makes_it_late_from_that_due_on(measures: Measures) -> None:
    longer = amended(measures, "26", DayStatus.HOLIDAY)
    desk = Desk(longer)
    desk.hear(opened(), dispatched("23 10:00"), accepted("23 11:00"))
    desk.wait(at("26 18:00"))
    newest = Measures(measures.policy, Calendar.of(november(measures), 9), at("26 19:00"))
    told = advance(desk.case, at("26 19:00"), at("26 19:00"), newest).told
    (turned,) = (one for one in told if isinstance(one, ClockTurned))
    assert (turned.light, turned.effective_at, turned.cause) == (Light.RED, at("26 17:00"), "calendar")


def test_a_decision_that_makes_it_due_today_makes_it_yellow_from_the_decision_on(desk: Desk) -> None:
    desk.hear(opened(), dispatched(), accepted("25 10:00", Complexity.COMPLEX))
    desk.hear(classified("26 10:00", Complexity.SIMPLE, Complexity.COMPLEX))
    assert turns(desk) == [(Light.YELLOW, at("26 10:00"), "reclassified")]


def test_a_late_reply_exactly_at_due_was_on_time_and_the_red_is_corrected(desk: Desk) -> None:
    desk.hear(opened(), dispatched(), accepted())
    desk.wait(at("30 20:00"))
    desk.hear(finished("30 17:00"))
    (told,) = desk.told(ClockStopped, ClockKind.HANDLE)
    assert (told.light, told.verdict, told.late_on_record) == (Light.YELLOW, Verdict.MET, False)


def test_an_explanation_exactly_at_due_is_in_time(desk: Desk) -> None:
    desk.hear(opened(), dispatched(), accepted("23 10:00"), tracked("26 17:00", "27 12:00"))
    assert desk.clock(ClockKind.HANDLE).verdict is Verdict.TRACKED


def test_attempts_count_up_to_the_due_instant_and_not_after(desk: Desk, measures: Measures) -> None:
    tries = [contacted(f"26 {hour}", reached=False) for hour in ("09:00", "11:00", "17:00")]
    desk.hear(opened(), dispatched(), accepted(), *tries)
    assert desk.clock(ClockKind.CONTACT).verdict is Verdict.MET
    late = Desk(measures)
    late.hear(opened(), dispatched(), accepted(), *tries[:2], contacted("26 17:01", reached=False))
    assert late.clock(ClockKind.CONTACT).open


def test_what_is_tracked_is_hard_to_the_city(desk: Desk) -> None:
    desk.hear(
        opened(Channel.CITY_EXIT, "23 10:00"), dispatched(), accepted("24 10:00"), tracked("25 10:00", "30 12:00")
    )
    assert (desk.clock(ClockKind.CITY).term, desk.clock(ClockKind.HANDLE).verdict) == ("city.hard", Verdict.TRACKED)


def test_a_same_day_clock_is_yellow_from_its_start_and_not_before(desk: Desk) -> None:
    desk.hear(opened(), dispatched(), accepted("25 10:00", Complexity.SIMPLE))
    assert desk.clock(ClockKind.HANDLE).yellow_at == at("25 10:00")


def test_an_earlier_one_linked_before_the_acceptance_counts_from_its_start(desk: Desk, measures: Measures) -> None:
    desk.hear(opened(), dispatched())
    desk.case = inherit(desk.case, at("23 09:00"), at("24 12:00"), at("24 12:00"), measures).case
    desk.hear(accepted("25 10:00"))
    handle, contact = desk.clock(ClockKind.HANDLE), desk.clock(ClockKind.CONTACT)
    assert (handle.started_at, handle.due_at) == (at("23 09:00"), at("26 17:00"))
    assert contact.started_at == at("25 10:00")


def test_a_unit_that_takes_over_has_an_accept_clock_of_its_own(desk: Desk) -> None:
    desk.hear(opened(), dispatched(), dispatched("25 09:00", unit="tax", former=("hrss",)))
    assert desk.clock(ClockKind.ACCEPT).verdict is Verdict.VOID
    assert (desk.clock(ClockKind.ACCEPT, "2").unit, desk.clock(ClockKind.ACCEPT, "2").open) == ("tax", True)


def test_alerts_say_all_that_is_late_now_and_end_with_it(desk: Desk) -> None:
    desk.hear(opened(), dispatched("20 10:00"), accepted("20 11:00"))
    desk.wait(at("26 10:00"))
    newest = desk.told(TicketAlerted)[-1]
    assert {(one.clock, one.light) for one in newest.open} == {
        (ClockKind.CONTACT, Light.OVERDUE),
        (ClockKind.HANDLE, Light.RED),
    }
    desk.hear(finished("26 11:00"))
    assert desk.told(TicketAlerted)[-1].open == ()
    assert desk.told(TicketAlerted)[-1].ended


def test_every_fact_said_again_starts_nothing_twice(desk: Desk, measures: Measures) -> None:
    history = [opened(), dispatched(), accepted(), contacted("25 12:00", reached=True), finished("27 10:00")]
    desk.hear(*history)
    before = desk.case.clocks
    desk.hear(*history[2:])
    assert desk.case.clocks == before
    assert timedelta(0) < before[ClockKind.HANDLE, "1"].due_at - at("27 10:00")
