"""What clocks say to the last field: each sentence here is one that a wrong rule could break unseen."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

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
    ChangeCause,
    Channel,
    ClockKind,
    Complexity,
    DayStatus,
    Light,
    QueueReason,
    ReturnReason,
    Verdict,
)
from sla_monitor.domain import Calendar, Case, Day, Hours, Measures, Policy, Ticket, advance, earliest, inherit, react

ANOTHER = UUID(int=4)


@pytest.fixture
def measures(calendar: Calendar) -> Measures:
    """The calendar of six years' notices, and the policy as it is by itself."""
    return Measures(Policy(), calendar, at("01 00:00"))


class Ear:
    """Hears what is told of a ticket to which things happen: facts, and instants up to which time passes."""

    def __init__(self, measures: Measures, *happened: Any) -> None:
        self.case, self.measures, self.told = Case(Ticket(TICKET, COMPLAINT), {}), measures, list[Any]()
        self.hear(*happened)

    def hear(self, *happened: Any) -> None:
        for one in happened:
            passing = isinstance(one, datetime)
            noticed = one if passing else at("30 23:00")
            self._take((advance if passing else react)(self.case, one, noticed, self.measures))

    def inherit(self, since: str, when: str) -> None:
        self._take(inherit(self.case, at(since), at(when), at(when), self.measures))

    def _take(self, reaction: Any) -> None:
        self.case = reaction.case
        self.told += reaction.told

    def of(self, kind: type[Any], clock: ClockKind | None = None) -> list[Any]:
        return [one for one in self.told if isinstance(one, kind) and clock in (None, getattr(one, "clock", None))]

    def clock(self, kind: ClockKind, ref: str = "1") -> Any:
        return self.case.clocks[kind, ref]


def other_assist(when: str, due: str) -> Any:
    return assist(when, due).model_copy(update={"assist_id": ANOTHER, "unit": "market"})


def answered(when: str) -> tickets.AssistAnswered:
    return tickets.AssistAnswered(
        **SAID, assist_id=OTHER, lead="hrss", unit="tax", answer_id=COMPLAINT, answered_at=at(when), by=BY
    )


def reopened(when: str) -> tickets.TicketReopened:
    return tickets.TicketReopened(**SAID, unit="hrss", round=2, reopened_at=at(when), by="centre/1")


def queued(when: str) -> tickets.TicketQueuedForManualDispatch:
    return tickets.TicketQueuedForManualDispatch(
        **SAID, reason=QueueReason.NO_OWNER, directory_version=1, queued_at=at(when)
    )


def amended(measures: Measures, on: int, status: DayStatus, *, provisional: bool = False) -> Measures:
    """A newer calendar, in which one date of November is something else."""
    days = [measures.calendar.day(at("01 12:00").date().replace(day=day)) for day in range(1, 31)]
    days[on - 1] = Day(days[on - 1].date, status, "changed", 2, provisional=provisional)
    return Measures(measures.policy, Calendar.of(days, measures.calendar.version + 1), at("26 08:00"))


# when the reporter was sought


def test_an_attempt_early_on_the_due_day_in_shanghai_counts(measures: Measures) -> None:
    tries = [contacted(f"26 {hour}", reached=False) for hour in ("00:00", "07:59", "16:00")]
    assert Ear(measures, opened(), dispatched(), accepted(), *tries).clock(ClockKind.CONTACT).verdict is Verdict.MET


def test_an_attempt_late_on_the_evening_before_does_not(measures: Measures) -> None:
    tries = [contacted(when, reached=False) for when in ("25 23:59", "26 09:00", "26 16:00")]
    assert Ear(measures, opened(), dispatched(), accepted(), *tries).clock(ClockKind.CONTACT).open


def test_the_due_day_is_shanghais_where_business_closes_before_its_date_begins_elsewhere(measures: Measures) -> None:
    early = measures._replace(policy=Policy(hours=Hours(time(0), time(7))))
    tries = [contacted(f"26 0{hour}:00", reached=False) for hour in (4, 5, 6)]
    ear = Ear(early, dispatched("25 01:00"), accepted("25 02:00"), *tries)
    assert ear.clock(ClockKind.CONTACT).verdict is Verdict.MET


@pytest.mark.parametrize(("when", "verdict"), [("26 17:00", Verdict.MET), ("30 17:01", Verdict.OVERDUE)])
def test_an_explanation_why_it_is_out_of_scope_is_judged_as_a_reply_is(
    measures: Measures, when: str, verdict: Verdict
) -> None:
    texts: dict[str, Any] = {"explanation_id": COMPLAINT, "citation_id": COMPLAINT, "unit": "hrss"}
    declined = tickets.TicketDeclined(**SAID, **texts, declined_at=at(when), by=BY, confirmed_by="unit.hrss/2")
    ear = Ear(measures, opened(Channel.CITY_EXIT, "25 09:00"), dispatched("25 09:30"), accepted(), declined)
    kinds = (ClockKind.CONTACT, ClockKind.HANDLE, ClockKind.CITY_CONTACT)
    assert {ear.clock(kind).verdict for kind in kinds} == {verdict}
    assert ear.clock(ClockKind.CITY).verdict is Verdict.MET


def test_a_ticket_that_goes_on_in_another_is_not_judged_itself(measures: Measures) -> None:
    ear = Ear(measures, opened(Channel.CITY_EXIT, "24 09:00"), dispatched(), accepted(), assist("25 11:00", "26 12:00"))
    ear.hear(tickets.TicketLinked(**SAID, to=ANOTHER, linked_at=at("26 10:00"), by="centre/1"))
    assert {kind.value: one.verdict for (kind, _), one in ear.case.clocks.items()} == {
        "accept": Verdict.MET,
        **dict.fromkeys(("contact", "handle", "assist", "city-contact", "city"), Verdict.VOID),
    }


# what runs beside the handling


def test_an_answer_ends_the_assist_that_it_answers_and_no_other(measures: Measures) -> None:
    ear = Ear(measures, opened(), dispatched(), accepted(), assist("25 11:00", "27 12:00"))
    ear.hear(other_assist("25 12:00", "27 12:00"), answered("26 10:00"))
    assert ear.clock(ClockKind.ASSIST, str(OTHER)).stopped_at == at("26 10:00")
    assert ear.clock(ClockKind.ASSIST, str(ANOTHER)).open


def test_what_is_still_asked_or_not_accepted_when_the_ticket_ends_is_nobodys(measures: Measures) -> None:
    ear = Ear(measures, opened(), dispatched(), accepted(), assist("25 11:00", "27 12:00"), finished("26 10:00"))
    assert ear.clock(ClockKind.ASSIST, str(OTHER)).verdict is Verdict.VOID
    assert ear.clock(ClockKind.CONTACT).verdict is Verdict.MET
    withdrawn = tickets.TicketWithdrawn(**SAID, withdrawn_at=at("24 11:00"), by="centre/1")
    assert Ear(measures, opened(), dispatched(), withdrawn).clock(ClockKind.ACCEPT).verdict is Verdict.VOID


def test_an_assist_that_is_asked_after_its_due_is_born_overdue_and_alerted(measures: Measures) -> None:
    ear = Ear(measures, opened(), dispatched(), accepted(), assist("26 11:00", "26 10:00"))
    (told,) = ear.of(ClockStarted, ClockKind.ASSIST)
    assert (told.light, told.provisional, told.term, told.yellow_at) == (Light.OVERDUE, False, None, None)
    alert = ear.of(TicketAlerted)[-1]
    assert (alert.cause, alert.effective_at, alert.ended) == (ChangeCause.TIME, at("26 10:00"), False)
    assert [(one.clock, one.unit, one.due_at) for one in alert.open] == [(ClockKind.ASSIST, "tax", at("26 10:00"))]


def test_an_assist_to_a_ticket_that_is_tracked_has_its_own_due(measures: Measures) -> None:
    ear = Ear(measures, opened(), dispatched(), accepted(), tracked("26 10:00", "30 12:00"))
    ear.hear(assist("26 11:00", "30 17:00"))
    assert ear.clock(ClockKind.ASSIST, str(OTHER)).due_at == at("30 17:00")


def test_whoever_gets_the_ticket_does_not_answer_for_the_assists(measures: Measures) -> None:
    ear = Ear(measures, opened(), dispatched(), accepted(), assist("25 11:00", "27 12:00"))
    ear.hear(dispatched("26 09:00", unit="market", again=True))
    assert (ear.clock(ClockKind.ASSIST, str(OTHER)).unit, ear.clock(ClockKind.HANDLE).unit) == ("tax", "market")


def test_alerts_name_what_is_late_in_the_order_in_which_it_began(measures: Measures) -> None:
    ear = Ear(measures, opened(), dispatched("20 10:00"), accepted("20 11:00"), assist("23 09:00", "24 12:00"))
    ear.hear(at("26 10:00"))
    open_ = [(one.clock, one.unit) for one in ear.of(TicketAlerted)[-1].open]
    assert open_ == [(ClockKind.CONTACT, "hrss"), (ClockKind.HANDLE, "hrss"), (ClockKind.ASSIST, "tax")]
    assert not any(one.ended for one in ear.of(TicketAlerted))


def test_an_assist_follows_its_lead_alone(measures: Measures) -> None:
    ear = Ear(measures, opened(), dispatched(), accepted(), assist("25 11:00", "30 17:00"))
    ear.measures = amended(measures, 26, DayStatus.HOLIDAY)
    ear.hear(at("26 09:00"))
    assert ear.of(ClockMoved, ClockKind.ASSIST) == []
    assert ear.clock(ClockKind.CONTACT).due_at == at("27 17:00")


# decisions


def test_a_decision_that_takes_it_out_of_yellow_leaves_no_red_on_record(measures: Measures) -> None:
    ear = Ear(measures, opened(), dispatched(), accepted("23 10:00"), at("26 10:00"))
    ear.hear(classified("26 11:00", Complexity.COMPLEX, Complexity.GENERAL), finished("27 10:00"))
    (told,) = ear.of(ClockStopped, ClockKind.HANDLE)
    assert (told.light, told.late_on_record) == (Light.GREEN, False)


def test_what_is_moved_says_by_which_term_and_when_it_turns_yellow(measures: Measures) -> None:
    ear = Ear(measures, opened(), dispatched(), accepted("23 10:00"))
    ear.hear(classified("24 11:00", Complexity.COMPLEX, Complexity.GENERAL))
    (moved,) = ear.of(ClockMoved, ClockKind.HANDLE)
    assert (moved.term, moved.yellow_at, moved.due_at) == ("handle.complex", at("29 17:00"), at("30 17:00"))
    (started,) = ear.of(ClockStarted, ClockKind.HANDLE)
    assert (started.term, started.yellow_at) == ("handle.general", at("25 17:00"))


def test_another_unit_leaves_a_shortened_due_as_it_is(measures: Measures) -> None:
    ear = Ear(measures, opened(), dispatched(), accepted("23 10:00"))
    ear.hear(classified("25 10:00", Complexity.SIMPLE, Complexity.GENERAL))
    ear.hear(dispatched("25 11:00", unit="tax", again=True))
    assert ear.clock(ClockKind.HANDLE).due_at == at("25 17:00")


def test_an_earlier_one_that_goes_on_in_it_leaves_the_day_of_a_decision(measures: Measures) -> None:
    ear = Ear(measures, opened(), dispatched(), accepted("24 10:00", Complexity.COMPLEX))
    ear.hear(classified("26 10:00", Complexity.SIMPLE, Complexity.COMPLEX))
    ear.inherit("20 10:00", "26 11:00")
    assert ear.clock(ClockKind.HANDLE).due_at == at("26 17:00")


def test_a_term_that_counts_anew_does_so_from_the_start_that_counts(measures: Measures) -> None:
    ear = Ear(measures, dispatched(), accepted("24 11:00"))
    assert ear.clock(ClockKind.HANDLE).steps == (("handle.general", at("24 11:00")),)
    ear.hear(classified("24 12:00", Complexity.COMPLEX, Complexity.GENERAL))
    assert ear.clock(ClockKind.HANDLE).steps == (("handle.complex", at("24 11:00")),)
    ear.inherit("20 10:00", "24 13:00")
    assert ear.clock(ClockKind.HANDLE).steps == (("handle.complex", at("20 10:00")),)


def test_of_several_that_go_on_in_it_the_earliest_counts(measures: Measures) -> None:
    ear = Ear(measures, opened(), dispatched())
    ear.inherit("20 10:00", "24 11:00")
    ear.inherit("23 10:00", "24 12:00")
    ear.hear(accepted())
    assert ear.clock(ClockKind.HANDLE).started_at == at("20 10:00")


def test_nobody_waits_for_a_ticket_that_was_not_accepted(measures: Measures) -> None:
    assert earliest(Ear(measures, opened(), dispatched()).case) is None


def test_what_is_moved_is_due_by_the_policy_that_holds_then(measures: Measures) -> None:
    ear = Ear(measures, opened(), dispatched(), accepted("23 10:00"))
    ear.measures = measures._replace(policy=Policy(version=2))
    ear.hear(classified("24 11:00", Complexity.COMPLEX, Complexity.GENERAL))
    assert (ear.clock(ClockKind.HANDLE).policy, ear.clock(ClockKind.CONTACT).policy) == (2, 1)


# amended calendars


def test_a_calendar_says_whether_a_due_is_provisional_and_which_it_is(measures: Measures) -> None:
    doubtful = amended(measures, 26, DayStatus.WORKING, provisional=True)
    ear = Ear(doubtful, opened(), dispatched(), accepted("24 10:00"))
    assert ear.clock(ClockKind.HANDLE).provisional
    ear.measures = Measures(measures.policy, Calendar.of(november(measures), 9), at("25 08:00"))
    ear.hear(at("25 09:00"))
    (moved,) = ear.of(ClockMoved, ClockKind.HANDLE)
    assert (moved.provisional, moved.calendar, moved.due_at) == (False, 9, at("27 17:00"))


def november(measures: Measures) -> list[Day]:
    return [measures.calendar.day(at("01 12:00").date().replace(day=day)) for day in range(1, 31)]


def test_a_calendar_that_makes_it_yellow_earlier_does_so_from_that_instant_on(measures: Measures) -> None:
    longer = amended(measures, 26, DayStatus.HOLIDAY)
    ear = Ear(longer, opened(), dispatched(), accepted("23 11:00"), at("26 07:00"))
    ear.measures = Measures(measures.policy, Calendar.of(november(measures), 9), at("26 08:00"))
    ear.hear(at("26 09:00"))
    (turned,) = ear.of(ClockTurned, ClockKind.HANDLE)
    assert (turned.light, turned.effective_at, turned.cause) == (Light.YELLOW, at("25 17:00"), ChangeCause.CALENDAR)


def test_what_turned_before_a_notice_is_told_and_then_taken_back_by_it(measures: Measures) -> None:
    """Nobody swept in between: what was true until the notice was true."""
    ear = Ear(measures, opened(), dispatched("23 10:00"), accepted("23 11:00"))
    ear.measures = amended(measures, 26, DayStatus.HOLIDAY)._replace(amended_at=at("26 20:00"))
    ear.hear(at("26 21:00"))
    assert [(one.light, one.effective_at, one.cause) for one in ear.of(ClockTurned, ClockKind.HANDLE)] == [
        (Light.YELLOW, at("25 17:00"), ChangeCause.TIME),
        (Light.RED, at("26 17:00"), ChangeCause.TIME),
        (Light.YELLOW, at("26 20:00"), ChangeCause.CALENDAR),
    ]


# whose it is


def test_a_ticket_in_the_queue_is_nobodys(measures: Measures) -> None:
    ear = Ear(measures, opened(Channel.CITY_EXIT, "20 10:00"), dispatched("23 10:00"), queued("23 11:00"))
    assert (ear.case.ticket.unit, ear.clock(ClockKind.CITY).unit) == (None, None)
    assert ear.clock(ClockKind.ACCEPT).verdict is Verdict.VOID
    assert (ear.case.ticket.from_city, ear.case.ticket.submitted_at) == (True, at("20 10:00"))


def test_a_ticket_that_is_given_back_waits_for_nobody_until_it_is_sent_on(measures: Measures) -> None:
    returned = tickets.TicketReturned(
        **SAID, unit="hrss", reason=ReturnReason.OTHER, count=1, returned_at=at("24 15:00"), by=BY
    )
    accept = Ear(measures, opened(), dispatched(), returned).clock(ClockKind.ACCEPT)
    assert (accept.verdict, accept.stopped_at) == (Verdict.VOID, at("24 15:00"))


def test_who_accepts_answers(measures: Measures) -> None:
    ear = Ear(measures, opened(), dispatched(), accepted(unit="tax"))
    assert (ear.case.ticket.unit, ear.clock(ClockKind.HANDLE).unit) == ("tax", "tax")
    assert not ear.case.ticket.from_city


def test_opened_again_before_it_was_accepted_it_waits_for_that_anew(measures: Measures) -> None:
    withdrawn = tickets.TicketWithdrawn(**SAID, withdrawn_at=at("24 11:00"), by="centre/1")
    ear = Ear(measures, opened(), dispatched(), withdrawn, reopened("25 10:00"))
    assert (ear.clock(ClockKind.ACCEPT, "2").due_at, len(ear.case.clocks)) == (at("26 17:00"), 2)


def test_opened_again_after_its_handling_it_has_contact_and_handling_anew_and_nothing_else(measures: Measures) -> None:
    ear = Ear(measures, opened(), dispatched(), accepted(), finished("26 10:00"), reopened("27 10:00"))
    running = {one.kind for one in ear.case.clocks.values() if one.open}
    assert running == {ClockKind.CONTACT, ClockKind.HANDLE}


def test_opened_again_in_the_queue_nothing_starts(measures: Measures) -> None:
    finished_ = finished("26 10:00")
    ear = Ear(measures, opened(), dispatched(), accepted(), finished_, queued("27 09:00"), reopened("27 10:00"))
    assert not [one for one in ear.case.clocks.values() if one.open]
