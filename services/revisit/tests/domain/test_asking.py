"""A ticket after its reply, without any server: who asks, what follows from an attempt, what does not agree."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from chassis.testing import lives
from chassis.testing.lives import COMPLAINT, SAID, TICKET, at
from contracts import tickets
from contracts.refusals import Refused
from contracts.revisits import FindingFlagged, RevisitAttempted, RevisitClosed, RevisitFact, RevisitPlanned
from contracts.vocabulary import (
    Cause,
    ContactMethod,
    FindingKind,
    FindingReason,
    RevisitKind,
    RevisitOutcome,
    RevisitResult,
    SampleRule,
)
from revisit.domain import (
    Attempt,
    Calendar,
    Case,
    Follow,
    Heard,
    Measures,
    Policy,
    Revisit,
    decide,
    fold,
    sampled,
    seen_by,
)

SOLVED, UNSOLVED = Heard(5, solved=True), Heard(1, solved=False)
UNIT, CENTRE = RevisitKind.UNIT, RevisitKind.CENTRE


def declined(when: str, *, sampled: bool) -> tickets.TicketDeclined:
    return tickets.TicketDeclined(
        **SAID,
        unit="hrss",
        explanation_id=COMPLAINT,
        citation_id=COMPLAINT,
        declined_at=at(when),
        by="unit.hrss/0412",
        confirmed_by="unit.hrss/0413",
        sampled=sampled,
    )


def reopened(when: str) -> tickets.TicketReopened:
    return tickets.TicketReopened(**SAID, unit="hrss", round=2, reopened_at=at(when), by="centre/1")


def on_the_spot(when: str) -> tickets.TicketFinished:
    return lives.finished(when).model_copy(update={"unit": None, "on_the_spot": True, "by": "channel.window"})


@dataclass
class Desk:
    """A case and what happens to it."""

    policy: Policy = field(default_factory=Policy)
    case: Case = field(default_factory=lambda: Case(TICKET, COMPLAINT))

    def __post_init__(self) -> None:
        ids = count(1000)
        self.measures = Measures(self.policy, Calendar({}), lambda: UUID(int=next(ids)))

    def follow(self, *facts: tickets.TicketFact) -> list[RevisitFact]:
        told: list[RevisitFact] = []
        for fact in facts:
            new = decide(self.case, Follow(fact, self.measures))
            self.case = fold(self.case, [fact, *new])
            told += new
        return told

    def revisit(self, kind: RevisitKind) -> Revisit:
        return [one for one in self.case.life.revisits if one.kind is kind][-1]

    def command(self, kind: RevisitKind, when: str, heard: Heard | None = None, **said: Any) -> Attempt:
        revisit = self.revisit(kind)
        outcome = RevisitOutcome.REACHED if heard else RevisitOutcome.NOT_REACHED
        given: dict[str, Any] = {
            "revisit_id": revisit.revisit_id,
            "action_id": UUID(int=hash((kind, when)) % 2**64),
            "caller": revisit.caller,
            "officer": "7",
            "outcome": outcome,
            "method": ContactMethod.PHONE,
            "attempted_at": at(when),
            "heard": heard,
            "at": at("30 23:00"),
            "measures": self.measures,
        }
        return Attempt(**given | said)

    def do(self, command: Attempt) -> list[RevisitFact]:
        told = decide(self.case, command)
        self.case = fold(self.case, told)
        return told

    def attempt(self, kind: RevisitKind, when: str, heard: Heard | None = None, **said: Any) -> list[RevisitFact]:
        return self.do(self.command(kind, when, heard, **said))


@pytest.fixture
def desk() -> Desk:
    """A ticket that was finished on Tuesday, 24 November, at ten."""
    desk = Desk()
    desk.follow(lives.opened(), lives.dispatched(), lives.finished("24 10:00"))
    return desk


def code(desk: Desk, command: Attempt) -> str:
    with pytest.raises(Refused) as refused:
        decide(desk.case, command)
    return refused.value.code


# Who asks.


def test_the_unit_and_the_centre_ask_about_each_finish() -> None:
    told = Desk().follow(lives.opened(), lives.finished("24 10:00"))

    by = {one.kind: one for one in told if isinstance(one, RevisitPlanned)}
    assert (by[UNIT].caller, by[UNIT].next_at, by[UNIT].due_at) == ("hrss", at("24 10:00"), at("27 17:00"))
    assert by[UNIT].sampled_by is None
    assert (by[CENTRE].caller, by[CENTRE].unit, by[CENTRE].sampled_by) == (None, "hrss", SampleRule.ALL)
    assert (by[CENTRE].next_at, by[CENTRE].planned_at) == (at("25 09:00"), at("24 10:00"))
    assert by[CENTRE].due_at == datetime.fromisoformat("2026-12-01T17:00:00+08:00")


def test_what_was_solved_on_the_spot_is_asked_about_by_the_centre_alone_and_at_once() -> None:
    [plan] = Desk().follow(on_the_spot("24 10:00"))
    assert isinstance(plan, RevisitPlanned)
    assert (plan.kind, plan.unit, plan.next_at) == (CENTRE, None, at("24 10:00"))


@pytest.mark.parametrize(("drawn", "kinds"), [(True, [CENTRE]), (False, [])])
def test_of_the_declined_those_that_dispatch_drew_are_asked_about_by_the_centre(
    drawn: bool, kinds: list[RevisitKind]
) -> None:
    told = Desk().follow(lives.dispatched(), declined("24 10:00", sampled=drawn))
    assert [(one.kind, one.sampled_by) for one in told if isinstance(one, RevisitPlanned)] == [
        (kind, SampleRule.DECLINED) for kind in kinds
    ]


def test_what_is_opened_again_is_asked_about_by_nobody_and_anew_when_it_is_finished_again(desk: Desk) -> None:
    void = desk.follow(reopened("24 11:00"))
    assert [(one.result, one.closed_at) for one in void if isinstance(one, RevisitClosed)] == [
        (RevisitResult.VOID, at("24 11:00"))
    ] * 2

    again = desk.follow(lives.finished("25 10:00"))

    assert [(one.kind, one.finish) for one in again if isinstance(one, RevisitPlanned)] == [(UNIT, 2), (CENTRE, 2)]
    assert [one.finish for one in desk.case.life.revisits if one.open] == [2, 2]


def test_a_finish_that_is_said_again_plans_nothing(desk: Desk) -> None:
    before = desk.case
    assert desk.follow(lives.finished("24 10:00")) == []
    assert desk.case == before


def test_a_sample_can_be_worked_out_again_and_a_larger_one_holds_a_smaller() -> None:
    drawn = {percent: {n for n in range(2_000) if sampled(UUID(int=n), 1, percent)} for percent in (0, 20, 50, 99)}
    assert drawn[0] == set()
    assert drawn[20] < drawn[50] < drawn[99]
    assert 320 < len(drawn[20]) < 480
    assert sampled(UUID(int=1), 1, 100) is SampleRule.ALL
    assert drawn[20] != {n for n in range(2_000) if sampled(UUID(int=n), 2, 20)}
    assert [n for n in range(12) if sampled(UUID(int=n), 1, 50)] == FIRST_DRAWN


FIRST_DRAWN = [2, 4, 5, 6, 7, 8, 9, 10, 11]
"""By sha256sum."""


def test_who_is_not_in_the_sample_is_still_asked_by_the_unit() -> None:
    told = Desk(Policy(sample_percent=0)).follow(lives.finished("24 10:00"))
    assert [one.kind for one in told if isinstance(one, RevisitPlanned)] == [UNIT]


# What follows from an attempt.


def test_nobody_is_called_twice_a_day_by_whomever(desk: Desk) -> None:
    [told] = desk.attempt(UNIT, "25 10:00")

    assert isinstance(told, RevisitAttempted)
    assert (told.number, told.next_at) == (1, at("26 09:00"))
    assert {desk.revisit(kind).next_at for kind in (UNIT, CENTRE)} == {at("26 09:00")}
    assert code(desk, desk.command(CENTRE, "25 11:00")) == "revisit.too-soon"
    assert code(desk, desk.command(UNIT, "25 16:00")) == "revisit.too-soon"
    assert desk.attempt(CENTRE, "26 09:00")


def test_also_not_about_the_next_finish(desk: Desk) -> None:
    desk.attempt(UNIT, "25 10:00", UNSOLVED)
    desk.follow(reopened("25 11:00"), lives.finished("25 12:00"))
    assert desk.revisit(UNIT).next_at == at("26 09:00")


def test_a_reporter_who_calls_back_on_the_same_day_is_heard(desk: Desk) -> None:
    desk.attempt(UNIT, "25 10:00")
    desk.attempt(UNIT, "25 15:00", SOLVED)
    assert desk.revisit(UNIT).result is RevisitResult.ANSWERED


def test_whoever_is_not_reached_often_enough_is_not_asked_any_more_and_is_not_satisfied(desk: Desk) -> None:
    for day in ("24 11:00", "25 11:00"):
        desk.attempt(UNIT, day)
        assert desk.revisit(UNIT).open
    desk.attempt(UNIT, "26 11:00")

    assert desk.revisit(UNIT).result is RevisitResult.NOT_REACHED
    assert desk.case.life.answers == ()
    assert desk.revisit(CENTRE).open


def test_who_refuses_is_not_asked_any_more(desk: Desk) -> None:
    desk.attempt(UNIT, "24 11:00", outcome=RevisitOutcome.REFUSED)
    assert (desk.revisit(UNIT).result, desk.revisit(UNIT).closed_at) == (RevisitResult.REFUSED, at("24 11:00"))
    assert desk.case.life.answers == ()


def test_an_answer_ends_the_revisit_and_is_kept_apart(desk: Desk) -> None:
    text = UUID(int=77)
    desk.attempt(UNIT, "24 11:00", Heard(4, solved=True, text_id=text))
    desk.attempt(CENTRE, "25 11:00", Heard(3, solved=True))

    said = [(one.source, one.rating, one.solved, one.text_id, one.by) for one in desk.case.life.answers]
    assert said == [("unit", 4, True, text, "unit.hrss/7"), ("centre", 3, True, None, "centre/7")]
    assert desk.case.life.findings == ()


# What does not agree.


def flags(told: list[RevisitFact]) -> list[tuple[FindingKind, FindingReason, int]]:
    return [(one.finding, one.why, len(one.answers)) for one in told if isinstance(one, FindingFlagged)]


_UNSOLVED = (FindingKind.UNSOLVED, FindingReason.SAID_UNSOLVED, 1)
_FALSE = (FindingKind.FALSE_REPORT, FindingReason.CONTRADICTION, 2)


@pytest.mark.parametrize(
    ("to_unit", "to_centre", "first", "second"),
    [
        (SOLVED, SOLVED, [], []),
        (SOLVED, UNSOLVED, [], [_UNSOLVED, _FALSE]),
        (UNSOLVED, SOLVED, [_UNSOLVED], [_FALSE]),
        (UNSOLVED, UNSOLVED, [_UNSOLVED], []),
        (SOLVED, Heard(1, solved=True), [], []),
    ],
)
@pytest.mark.parametrize("order", [(UNIT, CENTRE), (CENTRE, UNIT)])
def test_what_does_not_agree_or_is_not_solved_is_flagged(
    to_unit: Heard, to_centre: Heard, first: Any, second: Any, order: tuple[RevisitKind, RevisitKind], desk: Desk
) -> None:
    said = dict(zip(order, (to_unit, to_centre), strict=True))
    for (kind, heard), when, expected in zip(said.items(), ("25 11:00", "26 11:00"), (first, second), strict=True):
        assert flags(desk.attempt(kind, when, heard)) == expected
    answers = [one.answer_id for one in desk.case.life.answers]
    assert all(set(one.answers) <= set(answers) for one in desk.case.life.findings)


def test_answers_about_different_finishes_do_not_contradict_each_other(desk: Desk) -> None:
    desk.attempt(UNIT, "24 11:00", UNSOLVED)
    desk.follow(reopened("24 12:00"), lives.finished("25 10:00"))
    assert flags(desk.attempt(CENTRE, "26 11:00", SOLVED)) == []


# What is refused.


def test_an_attempt_that_is_said_again_changes_nothing_and_has_one_answer(desk: Desk) -> None:
    first = desk.command(UNIT, "24 11:00", SOLVED)
    desk.do(first)
    assert decide(desk.case, first) == []
    for other in (
        replace(first, heard=UNSOLVED),
        replace(first, heard=None, outcome=RevisitOutcome.NOT_REACHED),
        replace(first, officer="8"),
        replace(first, attempted_at=at("24 12:00")),
        replace(first, method=ContactMethod.VISIT),
    ):
        assert code(desk, other) == "action.different-body"


def test_an_attempt_on_a_closed_plan_is_refused(desk: Desk) -> None:
    desk.attempt(UNIT, "24 11:00", SOLVED)
    assert code(desk, desk.command(UNIT, "25 11:00", UNSOLVED)) == "revisit.closed"
    desk.follow(reopened("25 11:00"))
    assert code(desk, desk.command(CENTRE, "26 11:00", SOLVED)) == "revisit.closed"


@pytest.mark.parametrize("officer", ["0412", "0413"])
def test_who_finished_or_declined_it_does_not_ask_for_the_centre(officer: str) -> None:
    desk = Desk()
    desk.follow(declined("24 10:00", sampled=True))
    assert code(desk, desk.command(CENTRE, "25 11:00", SOLVED, officer=officer)) == "revisit.by-finisher"
    assert desk.attempt(CENTRE, "25 11:00", SOLVED, officer="0414")


def test_nor_about_a_later_finish_but_for_the_unit_anybody_may(desk: Desk) -> None:
    second = lives.finished("25 10:00").model_copy(update={"by": "unit.hrss/9"})
    desk.follow(reopened("24 11:00"), second)
    assert code(desk, desk.command(CENTRE, "26 11:00", SOLVED, officer="0412")) == "revisit.by-finisher"
    assert desk.attempt(UNIT, "26 11:00", SOLVED, officer="0412")


@pytest.mark.parametrize(
    ("kind", "caller", "refused"),
    [
        (UNIT, None, "principal.not-allowed"),
        (CENTRE, "hrss", "principal.not-allowed"),
        (UNIT, "tax", "revisit.unknown"),
        (CENTRE, "tax", "revisit.unknown"),
    ],
)
def test_each_asks_for_itself(kind: RevisitKind, caller: str | None, refused: str, desk: Desk) -> None:
    assert code(desk, desk.command(kind, "25 11:00", SOLVED, caller=caller)) == refused


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"heard": None, "outcome": RevisitOutcome.REACHED}, "revisit.answer-missing"),
        ({"heard": SOLVED, "outcome": RevisitOutcome.NOT_REACHED}, "revisit.answer-unheard"),
        ({"heard": SOLVED, "outcome": RevisitOutcome.REFUSED}, "revisit.answer-unheard"),
        ({"at": at("25 10:59")}, "time.in-future"),
        ({"attempted_at": at("24 09:59")}, "revisit.before-finish"),
        ({"revisit_id": UUID(int=5)}, "revisit.unknown"),
    ],
)
def test_what_cannot_be_is_refused(said: dict[str, Any], refused: str, desk: Desk) -> None:
    assert code(desk, replace(desk.command(UNIT, "25 11:00", SOLVED), **said)) == refused


# What a unit sees.


def test_a_unit_does_not_know_what_the_centre_heard_while_it_has_to_ask(desk: Desk) -> None:
    desk.attempt(CENTRE, "25 11:00", UNSOLVED)
    seen = seen_by("hrss", desk.case)
    assert seen
    assert (seen.life.answers, seen.life.findings, seen.life.finishers) == ((), (), ())
    assert [one.kind for one in seen.life.revisits] == [UNIT, CENTRE]

    desk.attempt(UNIT, "26 11:00", SOLVED)

    seen = seen_by("hrss", desk.case)
    assert seen
    assert Counter(one.source for one in seen.life.answers) == {"unit": 1, "centre": 1}
    assert len(seen.life.findings) == 2


def test_another_unit_sees_nothing(desk: Desk) -> None:
    assert seen_by("tax", desk.case) is None


def test_the_cause_of_a_finish_is_no_matter_here(desk: Desk) -> None:
    assert desk.case.channel == "window"
    assert lives.finished("24 10:00").cause is Cause.OTHER
