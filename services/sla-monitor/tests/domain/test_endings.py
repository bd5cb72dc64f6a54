"""What ends each clock and how it is judged, written down as a table of its own (rules 4, 3.6–3.8)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.testing import lives
from chassis.testing.lives import BY, COMPLAINT, OTHER, SAID, TICKET, accepted, assist, at, dispatched, opened, tracked
from contracts import tickets
from contracts.base import Fact
from contracts.vocabulary import Channel, ClockKind, Verdict
from sla_monitor.domain import Calendar, Case, Clock, Measures, Policy, Ticket, react

CENTRE, ANOTHER = "centre/1", UUID(int=4)
MET, OVERDUE, VOID = Verdict.MET, Verdict.OVERDUE, Verdict.VOID
LATER = timedelta(minutes=1)


def finished(when: datetime) -> tickets.TicketFinished:
    return lives.finished("26 10:00").model_copy(update={"finished_at": when})


def declined(when: datetime) -> tickets.TicketDeclined:
    texts: dict[str, Any] = {"unit": "hrss", "explanation_id": COMPLAINT, "citation_id": COMPLAINT}
    return tickets.TicketDeclined(**SAID, **texts, declined_at=when, by=BY, confirmed_by="unit.hrss/2")


def linked(when: datetime) -> tickets.TicketLinked:
    return tickets.TicketLinked(**SAID, to=ANOTHER, linked_at=when, by=CENTRE)


def withdrawn(when: datetime) -> tickets.TicketWithdrawn:
    return tickets.TicketWithdrawn(**SAID, withdrawn_at=when, by=CENTRE)


def progressed(when: datetime) -> tickets.TicketProgressed:
    then = when + timedelta(days=1)
    return tickets.TicketProgressed(
        **SAID, unit="hrss", note_id=COMPLAINT, next_progress_at=then, progressed_at=when, by=BY
    )


ASSISTED: dict[str, Any] = SAID | {"assist_id": OTHER, "lead": "hrss", "unit": "tax"}


def answered(when: datetime) -> tickets.AssistAnswered:
    return tickets.AssistAnswered(**ASSISTED, answer_id=COMPLAINT, answered_at=when, by=BY)


def assist_withdrawn(when: datetime) -> tickets.AssistWithdrawn:
    return tickets.AssistWithdrawn(**ASSISTED, reason_id=COMPLAINT, withdrawn_at=when, by=BY)


def assist_lapsed(when: datetime) -> tickets.AssistLapsed:
    return tickets.AssistLapsed(**ASSISTED, directory_version=2, lapsed_at=when)


def other_assist() -> tickets.AssistAsked:
    return assist("25 11:00", "27 12:00").model_copy(update={"assist_id": ANOTHER, "unit": "market"})


LIVES: Mapping[ClockKind, list[Fact]] = {
    ClockKind.ACCEPT: [opened(), dispatched()],
    ClockKind.CONTACT: [opened(), dispatched(), accepted()],
    ClockKind.HANDLE: [opened(), dispatched(), accepted()],
    ClockKind.ASSIST: [opened(), dispatched(), accepted(), assist("25 11:00", "26 12:00"), other_assist()],
    ClockKind.PROGRESS: [opened(), dispatched(), accepted(), tracked("26 11:00", "27 12:00")],
    ClockKind.CITY_CONTACT: [opened(Channel.CITY_EXIT)],
    ClockKind.CITY: [opened(Channel.CITY_EXIT)],
}
"""A ticket on which a clock of the kind runs."""

Ends = Callable[[datetime], Any]
JUDGED, IN_VAIN = (MET, OVERDUE), (VOID, VOID)
TABLE: list[tuple[ClockKind, Ends, tuple[Verdict, Verdict]]] = [
    *((kind, ends, IN_VAIN) for kind in LIVES for ends in (linked, withdrawn)),
    *((kind, ends, IN_VAIN) for kind in (ClockKind.ACCEPT, ClockKind.ASSIST) for ends in (finished, declined)),
    *(
        (kind, ends, JUDGED)
        for kind in LIVES
        if kind not in (ClockKind.ACCEPT, ClockKind.ASSIST)
        for ends in (finished, declined)
    ),
    (ClockKind.ASSIST, answered, JUDGED),
    (ClockKind.ASSIST, assist_withdrawn, IN_VAIN),
    (ClockKind.ASSIST, assist_lapsed, IN_VAIN),
    (ClockKind.PROGRESS, progressed, JUDGED),
]
"""What ends a clock; the verdicts at its due instant and a minute later."""


@pytest.fixture
def measures(calendar: Calendar) -> Measures:
    """The calendar of six years' notices, and the policy as it is by itself."""
    return Measures(Policy(), calendar, at("01 00:00"))


def lived(measures: Measures, *facts: Any) -> Case:
    case = Case(Ticket(TICKET, COMPLAINT), {})
    for one in facts:
        case = react(case, one, at("30 23:00"), measures).case
    return case


def the(case: Case, kind: ClockKind) -> Clock:
    """The clock of a kind that began first."""
    return next(one for one in case.clocks.values() if one.kind is kind and one.ref != str(ANOTHER))


@pytest.mark.parametrize("late", [False, True], ids=["in-time", "late"])
@pytest.mark.parametrize(("kind", "ends", "verdicts"), TABLE, ids=lambda one: getattr(one, "__name__", None))
def test_what_ends_a_clock_and_how_it_is_judged(
    measures: Measures, kind: ClockKind, ends: Ends, verdicts: tuple[Verdict, Verdict], late: bool
) -> None:
    life = LIVES[kind]
    due_at = the(lived(measures, *life), kind).due_at
    when = due_at + LATER * late
    ended = the(lived(measures, *life, ends(when)), kind)
    assert (ended.verdict, ended.stopped_at) == (verdicts[late], when)


@pytest.mark.parametrize("ends", [answered, assist_withdrawn, assist_lapsed])
def test_what_ends_an_assist_leaves_the_others_alone(measures: Measures, ends: Ends) -> None:
    case = lived(measures, *LIVES[ClockKind.ASSIST], ends(at("26 11:00")))
    running = {key for key, one in case.clocks.items() if one.open}
    assert running == {(ClockKind.ASSIST, str(ANOTHER)), (ClockKind.CONTACT, "1"), (ClockKind.HANDLE, "1")}


def test_what_became_of_a_tracked_ticket_starts_the_next_clock(measures: Measures) -> None:
    case = lived(measures, *LIVES[ClockKind.PROGRESS], progressed(at("27 10:00")))
    (running,) = (one for one in case.clocks.values() if one.open and one.kind is ClockKind.PROGRESS)
    assert (running.ref, running.due_at) == ("2", at("28 10:00"))


def test_explained_again_the_progress_that_was_promised_last_is_due(measures: Measures) -> None:
    case = lived(measures, *LIVES[ClockKind.PROGRESS], tracked("26 14:00", "28 12:00"))
    verdicts = {key: one.verdict for key, one in case.clocks.items() if one.kind is ClockKind.PROGRESS}
    assert verdicts == {(ClockKind.PROGRESS, "1"): VOID, (ClockKind.PROGRESS, "2"): None}
