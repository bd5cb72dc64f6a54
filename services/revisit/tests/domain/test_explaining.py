"""Bad ratings without any server: who has to explain, until when, and what the reporter says the second time."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from chassis.testing import lives
from chassis.testing.lives import COMPLAINT, SAID, TICKET, at
from contracts import tickets
from contracts.refusals import Refused
from contracts.revisits import FindingFlagged, RatingAnswered, RatingQuestioned, RevisitFact, RevisitPlanned
from contracts.vocabulary import (
    ContactMethod,
    FindingKind,
    RatingReply,
    RevisitKind,
    RevisitOutcome,
    RevisitResult,
)
from revisit.domain import (
    Act,
    Attempt,
    BadRating,
    Calendar,
    Case,
    Circular,
    Confirmed,
    Dismissed,
    Explained,
    Flagged,
    Follow,
    Heard,
    Measures,
    Policy,
    Proposed,
    Supervise,
    decide,
    fold,
    seen_by,
)

TEXT = UUID(int=77)
UNIT, CENTRE, SECOND = RevisitKind.UNIT, RevisitKind.CENTRE, RevisitKind.SECOND
BAD, CONTENT, UNSOLVED = Heard(2, solved=True), Heard(3, solved=True), Heard(1, solved=False)
HRSS, DESK = "unit.hrss/5", "centre/3"


@dataclass
class Desk:
    """A case that was finished on Tuesday, and what people do and say."""

    case: Case = field(default_factory=lambda: Case(TICKET, COMPLAINT))

    def __post_init__(self) -> None:
        ids = count(1000)
        self.measures = Measures(Policy(), Calendar({}), lambda: UUID(int=next(ids)))
        self.follow(lives.finished("24 10:00"))

    def follow(self, *facts: tickets.TicketFact) -> None:
        for fact in facts:
            self.case = fold(self.case, [fact, *decide(self.case, Follow(fact, self.measures))])

    def ask(self, kind: RevisitKind, when: str, heard: Heard | None, officer: str = "7") -> list[RevisitFact]:
        revisit = [one for one in self.case.life.revisits if one.kind is kind][-1]
        outcome = RevisitOutcome.REACHED if heard else RevisitOutcome.REFUSED
        method, action = ContactMethod.PHONE, self.measures.new_id()
        asked = Attempt(
            revisit.revisit_id,
            action,
            revisit.caller,
            officer,
            outcome,
            method,
            at(when),
            heard,
            at(when),
            self.measures,
        )
        return self._tell(decide(self.case, asked))

    def command(self, by: str, act: Act, when: str, action: int | None = None) -> Supervise:
        who, _, officer = by.partition("/")
        action_id = UUID(int=action) if action else self.measures.new_id()
        return Supervise(action_id, who, officer, act, at(when), self.measures)

    def do(self, by: str, act: Act, when: str = "26 10:00", action: int | None = None) -> list[RevisitFact]:
        return self._tell(decide(self.case, self.command(by, act, when, action)))

    def code(self, by: str, act: Act, when: str = "26 10:00", action: int | None = None) -> str:
        with pytest.raises(Refused) as refused:
            decide(self.case, self.command(by, act, when, action))
        return refused.value.code

    def _tell(self, told: list[RevisitFact]) -> list[RevisitFact]:
        self.case = fold(self.case, told)
        return told

    @property
    def rating(self) -> BadRating:
        return self.case.life.bad_ratings[-1]

    @property
    def waits(self) -> bool:
        return self.case.unexplained(self.rating)

    def explained(self, how: RatingReply = RatingReply.EXPLAINED) -> Explained:
        return Explained(self.rating.answer_id, how, TEXT)

    def confirm(self) -> None:
        finding = self.case.life.findings[-1].finding_id
        self.do("office/1", Proposed(finding, TEXT, Circular("〔2026〕1号", TEXT, None)))
        self.do("office/2", Confirmed(finding, self.case.life.findings[-1].proposals[-1].proposal_id))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def questioned(told: list[RevisitFact]) -> list[RatingQuestioned]:
    return [one for one in told if isinstance(one, RatingQuestioned)]


def reopened(when: str) -> tickets.TicketReopened:
    return tickets.TicketReopened(**SAID, unit="hrss", round=2, reopened_at=at(when), by="centre/1")


# Who has to explain, and until when.


@pytest.mark.parametrize(("rating", "many"), [(1, 1), (2, 1), (3, 0), (4, 0), (5, 0)])
def test_one_and_two_are_bad(rating: int, many: int, desk: Desk) -> None:
    assert len(questioned(desk.ask(UNIT, "25 11:00", Heard(rating, solved=True)))) == many


def test_the_unit_has_three_working_days_by_the_policy(desk: Desk) -> None:
    [told] = questioned(desk.ask(UNIT, "25 11:00", BAD))
    assert (told.unit, told.finish, told.rating, told.questioned_at) == ("hrss", 1, 2, at("25 11:00"))
    assert told.due_at == at("30 17:00")
    assert told.answer_id == desk.case.life.answers[-1].answer_id
    assert desk.waits


def test_the_unit_does_not_learn_of_it_before_it_has_asked_itself(desk: Desk) -> None:
    assert questioned(desk.ask(CENTRE, "25 11:00", BAD)) == []
    [told] = questioned(desk.ask(UNIT, "26 11:00", CONTENT))
    assert (told.answer_id, told.questioned_at) == (desk.case.life.answers[0].answer_id, at("26 11:00"))


def test_nor_by_asking_in_vain_is_it_spared(desk: Desk) -> None:
    desk.ask(CENTRE, "25 11:00", BAD)
    assert len(questioned(desk.ask(UNIT, "26 11:00", None))) == 1


def test_two_bad_ratings_of_a_finish_are_explained_once(desk: Desk) -> None:
    desk.ask(UNIT, "25 11:00", BAD)
    assert questioned(desk.ask(CENTRE, "26 11:00", UNSOLVED)) == []


def test_what_no_unit_had_is_the_centres_to_explain() -> None:
    desk = Desk()
    desk.case = Case(TICKET, COMPLAINT)
    desk.follow(lives.finished("24 10:00").model_copy(update={"unit": None, "on_the_spot": True}))
    desk.ask(CENTRE, "25 11:00", BAD)
    assert desk.code(HRSS, desk.explained()) == "rating.unknown"
    assert desk.do(DESK, desk.explained())


# What the unit says, and what follows.


@pytest.mark.parametrize("how", RatingReply)
def test_it_is_explained_or_corrected_and_the_centre_asks_a_second_time(how: RatingReply, desk: Desk) -> None:
    desk.ask(UNIT, "25 11:00", BAD)

    answered, planned = desk.do(HRSS, desk.explained(how), "26 10:00")

    assert isinstance(answered, RatingAnswered)
    assert (answered.how, answered.text_id, answered.late, answered.by) == (how, TEXT, False, HRSS)
    assert isinstance(planned, RevisitPlanned)
    assert (planned.kind, planned.caller, planned.unit, planned.finish) == (SECOND, None, "hrss", 1)
    assert (planned.due_at.isoformat(), planned.next_at) == ("2026-12-03T09:00:00+00:00", at("26 10:00"))
    assert not desk.waits


@pytest.mark.parametrize(("when", "late"), [("30 17:00", False), ("30 17:01", True)])
def test_a_late_explanation_is_taken_and_shown_late(when: str, late: bool, desk: Desk) -> None:
    desk.ask(UNIT, "25 11:00", BAD)
    desk.do(HRSS, desk.explained(), when)
    assert desk.rating.reply
    assert desk.rating.reply.late is late
    assert desk.case.life.revisits[-1].kind is SECOND


def test_the_second_revisit_waits_for_the_next_day_after_a_call(desk: Desk) -> None:
    desk.ask(UNIT, "25 11:00", BAD)
    _, planned = desk.do(HRSS, desk.explained(), "25 12:00")
    assert isinstance(planned, RevisitPlanned)
    assert planned.next_at == at("26 09:00")


def test_a_call_at_the_instant_that_is_shown_is_not_before_it(desk: Desk) -> None:
    desk.ask(UNIT, "25 11:00", BAD)
    command = replace(
        desk.command(HRSS, desk.explained(), "26 10:00"), at=at("26 10:00") + timedelta(microseconds=1999)
    )
    _, planned = decide(desk.case, command)
    assert isinstance(planned, RevisitPlanned)
    assert planned.planned_at == planned.next_at == at("26 10:00") + timedelta(milliseconds=1)


def test_what_is_said_the_second_time_contradicts_nobody_and_is_not_explained_again(desk: Desk) -> None:
    desk.ask(UNIT, "25 11:00", UNSOLVED)
    desk.do(HRSS, desk.explained())
    told = desk.ask(SECOND, "27 11:00", Heard(1, solved=True))
    assert questioned(told) == []
    assert not any(isinstance(one, FindingFlagged) for one in told)
    assert [one.source for one in desk.case.life.answers] == ["unit", "second"]


def test_still_unsolved_the_second_time_is_flagged_also_after_it_was_dismissed(desk: Desk) -> None:
    desk.ask(UNIT, "25 11:00", UNSOLVED)
    desk.do("office/1", Dismissed(desk.case.life.findings[0].finding_id, TEXT), "25 12:00")
    desk.do(HRSS, desk.explained())
    told = desk.ask(SECOND, "27 11:00", UNSOLVED)
    assert [one.finding for one in told if isinstance(one, FindingFlagged)] == [FindingKind.UNSOLVED]


def test_who_finished_it_does_not_ask_the_second_time(desk: Desk) -> None:
    desk.ask(UNIT, "25 11:00", BAD)
    desk.do(HRSS, desk.explained())
    with pytest.raises(Refused) as refused:
        desk.ask(SECOND, "27 11:00", CONTENT, officer="0412")
    assert refused.value.code == "revisit.by-finisher"


# When nothing is to be explained.


def test_where_a_finding_is_confirmed_nothing_is_to_be_explained(desk: Desk) -> None:
    desk.ask(UNIT, "25 11:00", UNSOLVED)
    before = desk.waits
    desk.confirm()
    assert (before, desk.waits) == (True, False)
    assert desk.code(HRSS, desk.explained()) == "rating.settled"


def test_nor_where_it_was_confirmed_before(desk: Desk) -> None:
    desk.do(DESK, Flagged(FindingKind.CONCEALED, TEXT), "24 11:00")
    desk.confirm()
    assert questioned(desk.ask(UNIT, "26 11:00", BAD)) == []


def test_a_finding_that_is_dismissed_spares_nobody(desk: Desk) -> None:
    desk.ask(UNIT, "25 11:00", UNSOLVED)
    desk.do("office/1", Dismissed(desk.case.life.findings[-1].finding_id, TEXT))
    assert desk.waits
    assert desk.do(HRSS, desk.explained())


def test_a_ticket_that_is_opened_again_is_handled_instead(desk: Desk) -> None:
    desk.ask(UNIT, "25 11:00", BAD)
    desk.follow(reopened("25 12:00"))
    assert not desk.waits
    assert desk.code(HRSS, desk.explained()) == "rating.settled"
    desk.follow(lives.finished("25 15:00"))
    assert not desk.waits
    assert len(questioned(desk.ask(UNIT, "26 11:00", BAD))) == 1


def test_and_its_second_revisit_is_void(desk: Desk) -> None:
    desk.ask(UNIT, "25 11:00", BAD)
    desk.do(HRSS, desk.explained())
    desk.follow(reopened("27 12:00"))
    assert desk.case.life.revisits[-1].result is RevisitResult.VOID


# What is refused.


def test_it_is_explained_once_by_its_unit(desk: Desk) -> None:
    desk.ask(UNIT, "25 11:00", BAD)
    assert desk.code("unit.tax/5", desk.explained()) == "rating.unknown"
    assert desk.code(DESK, desk.explained()) == "principal.not-allowed"
    assert desk.code(HRSS, Explained(UUID(int=5), RatingReply.EXPLAINED, TEXT)) == "rating.unknown"
    first = desk.explained()
    assert desk.do(HRSS, first, action=1)
    assert desk.do(HRSS, first, "29 10:00", action=1) == []
    assert desk.code(HRSS, desk.explained(RatingReply.CORRECTED), action=1) == "action.different-body"
    assert desk.code(HRSS, first, action=2) == "rating.answered"


def test_a_unit_sees_its_own(desk: Desk) -> None:
    desk.ask(UNIT, "25 11:00", BAD)
    seen: Any = seen_by("hrss", desk.case)
    assert seen.life.bad_ratings == (desk.rating,)
    assert seen_by("tax", desk.case) is None
