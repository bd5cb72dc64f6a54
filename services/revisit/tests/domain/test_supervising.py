"""Findings without any server: who flags, who judges, what a round goes through, and what a unit sees of it."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest

from chassis.testing import lives
from chassis.testing.lives import COMPLAINT, SAID, TICKET, at
from contracts import tickets
from contracts.refusals import Refused
from contracts.revisits import FindingConfirmed, FindingFlagged, RevisitFact, SupervisionOpened, VerdictOverturned
from contracts.vocabulary import Duty, FindingKind, FindingReason, FindingState, RevisitResult
from revisit.domain import (
    Act,
    Calendar,
    Case,
    Checked,
    Circular,
    Confirmed,
    Dismissed,
    Finding,
    Flagged,
    Follow,
    Measures,
    Policy,
    Proposed,
    Reported,
    Supervise,
    decide,
    fold,
    seen_by,
)
from revisit.domain.planning import closed

TEXT, REASON = UUID(int=77), UUID(int=78)
CIRCULAR = Circular("〔2026〕12号", UUID(int=79), at("27 17:00"))
FIRST, SECOND = "office/1", "office/2"
UNIT, CENTRE = "unit.hrss/5", "centre/3"


@dataclass
class Desk:
    """A case that was finished, and what people do about it."""

    case: Case = field(default_factory=lambda: Case(TICKET, COMPLAINT))

    def __post_init__(self) -> None:
        self.ids = count(1000)
        self.measures = Measures(Policy(), Calendar({}), self.new_id)
        self.follow(lives.finished("24 10:00"))

    def new_id(self) -> UUID:
        return UUID(int=next(self.ids))

    def follow(self, *facts: tickets.TicketFact) -> None:
        for fact in facts:
            self.case = fold(self.case, [fact, *decide(self.case, Follow(fact, self.measures))])

    def command(self, by: str, act: Act, when: str = "25 10:00", action: int | None = None) -> Supervise:
        who, _, officer = by.partition("/")
        return Supervise(UUID(int=action or next(self.ids)), who, officer, act, at(when), self.measures)

    def do(self, by: str, act: Act, when: str = "25 10:00", action: int | None = None) -> list[RevisitFact]:
        told = decide(self.case, self.command(by, act, when, action))
        self.case = fold(self.case, told)
        return told

    @property
    def finding(self) -> Finding:
        return self.case.life.findings[-1]

    def flag(self, kind: FindingKind = FindingKind.FALSE_REPORT) -> UUID:
        self.do(CENTRE, Flagged(kind, TEXT))
        return self.finding.finding_id

    def propose(self, by: str = FIRST, circular: Circular = CIRCULAR) -> Confirmed:
        self.do(by, Proposed(self.finding.finding_id, REASON, circular))
        return self.confirmation()

    def confirmation(self) -> Confirmed:
        return Confirmed(self.finding.finding_id, self.finding.proposals[-1].proposal_id)

    def open_round(self, circular: Circular = CIRCULAR) -> UUID:
        self.do(SECOND, self.propose(circular=circular))
        return self.finding.rounds[-1].round_id

    def code(self, by: str, act: Act, when: str = "25 10:00", action: int | None = None) -> str:
        with pytest.raises(Refused) as refused:
            decide(self.case, self.command(by, act, when, action))
        return refused.value.code


@pytest.fixture
def desk() -> Desk:
    return Desk()


def reopened(when: str) -> tickets.TicketReopened:
    return tickets.TicketReopened(**SAID, unit="hrss", round=2, reopened_at=at(when), by="centre/1")


# Flagged by hand.


@pytest.mark.parametrize("kind", FindingKind)
@pytest.mark.parametrize("by", [CENTRE, FIRST])
def test_the_centre_and_the_office_flag_by_hand_with_a_reason(kind: FindingKind, by: str, desk: Desk) -> None:
    [told] = desk.do(by, Flagged(kind, TEXT))
    assert isinstance(told, FindingFlagged)
    assert (told.finding, told.why, told.text_id, told.by) == (kind, FindingReason.BY_HAND, TEXT, by)
    assert (told.unit, told.finish, told.flagged_at) == ("hrss", 1, at("25 10:00"))
    assert (desk.finding.state, desk.finding.duty) == (FindingState.FLAGGED, Duty.JUDGEMENT)


def test_what_was_never_finished_has_nothing_to_find() -> None:
    desk = Desk()
    desk.case = Case(TICKET, COMPLAINT)
    assert desk.code(CENTRE, Flagged(FindingKind.CONCEALED, TEXT)) == "ticket.not-closed"


def test_one_of_a_kind_for_each_finish_unless_it_was_dismissed(desk: Desk) -> None:
    finding = desk.flag()
    again = Flagged(FindingKind.FALSE_REPORT, TEXT)
    assert desk.code(FIRST, again) == "finding.exists"
    assert desk.do(FIRST, Flagged(FindingKind.CONCEALED, TEXT))

    desk.do(FIRST, Dismissed(finding, REASON))
    assert desk.do(FIRST, again)

    desk.follow(reopened("25 11:00"), lives.finished("25 12:00"))
    assert desk.do(FIRST, again)
    assert desk.finding.finish == 2


# Judged by two.


def test_a_second_person_confirms_which_opens_a_round_and_overturns_the_verdict(desk: Desk) -> None:
    desk.flag()
    confirm = desk.propose()
    assert desk.finding.state is FindingState.PROPOSED

    confirmed, overturned, opened = desk.do(SECOND, confirm, "25 11:00")

    assert isinstance(confirmed, FindingConfirmed)
    assert (confirmed.proposed_by, confirmed.confirmed_by, confirmed.reason_id) == (FIRST, SECOND, REASON)
    assert isinstance(overturned, VerdictOverturned)
    assert (overturned.finish, overturned.overturned_at) == (1, at("25 11:00"))
    assert isinstance(opened, SupervisionOpened)
    assert (opened.round, opened.circular_number, opened.due_at) == (1, CIRCULAR.number, CIRCULAR.due_at)
    assert (desk.finding.state, desk.finding.duty) == (FindingState.SUPERVISED, None)


def test_the_same_person_twice_is_refused(desk: Desk) -> None:
    desk.flag()
    confirm = desk.propose(FIRST)
    assert desk.code(FIRST, confirm) == "second-person.same"


def test_who_confirms_names_what_was_seen(desk: Desk) -> None:
    desk.flag()
    first = desk.propose(FIRST)
    second = desk.propose(SECOND)
    assert desk.code(SECOND, first) == "proposal.unknown"
    assert desk.code(SECOND, second) == "second-person.same"
    assert desk.do(FIRST, second)


def test_nothing_is_confirmed_that_nobody_proposed(desk: Desk) -> None:
    finding = desk.flag()
    assert desk.code(SECOND, Confirmed(finding, UUID(int=5))) == "proposal.unknown"


@pytest.mark.parametrize("due", ["25 10:00", "25 09:59", "01 00:00"])
def test_a_round_is_not_due_in_the_past(due: str, desk: Desk) -> None:
    finding = desk.flag()
    assert desk.code(FIRST, Proposed(finding, REASON, replace(CIRCULAR, due_at=at(due)))) == "time.past"


def test_nor_years_from_now(desk: Desk) -> None:
    finding = desk.flag()
    later = [at("25 10:00") + timedelta(days=90, seconds=more) for more in (0, 1)]
    assert desk.do(FIRST, Proposed(finding, REASON, replace(CIRCULAR, due_at=later[0])))
    assert desk.code(FIRST, Proposed(finding, REASON, replace(CIRCULAR, due_at=later[1]))) == "supervision.due-too-late"


def test_nor_when_it_is_confirmed_too_late(desk: Desk) -> None:
    desk.flag()
    assert desk.code(SECOND, desk.propose(), "27 17:00") == "time.past"


def test_without_a_due_the_term_holds(desk: Desk) -> None:
    desk.flag()
    *_, opened = desk.do(SECOND, desk.propose(circular=replace(CIRCULAR, due_at=None)))
    assert isinstance(opened, SupervisionOpened)
    assert opened.due_at is None


def test_what_was_dismissed_is_settled(desk: Desk) -> None:
    finding = desk.flag()
    confirm = desk.propose()
    desk.do(SECOND, Dismissed(finding, REASON))
    assert (desk.finding.state, desk.finding.duty) == (FindingState.DISMISSED, None)
    for act in (confirm, Dismissed(finding, REASON), Proposed(finding, REASON, CIRCULAR)):
        assert desk.code(SECOND, act) == "finding.settled"


def test_two_findings_overturn_the_verdict_once(desk: Desk) -> None:
    desk.flag()
    desk.open_round()
    desk.flag(FindingKind.CONCEALED)
    told = desk.do(SECOND, desk.propose())
    assert [type(one) for one in told] == [FindingConfirmed, SupervisionOpened]


# Rounds.


def test_a_round_is_rectified_checked_and_passed(desk: Desk) -> None:
    desk.flag()
    round_ = desk.open_round()
    duties = [desk.finding.rounds[-1].duty]
    desk.do(UNIT, Reported(round_, TEXT))
    duties.append(desk.finding.rounds[-1].duty)
    desk.do(CENTRE, Checked(round_, passed=True, reason_id=REASON))
    duties.append(desk.finding.rounds[-1].duty)

    assert (duties, desk.finding.duty) == ([Duty.RECTIFICATION, Duty.CHECK, None], None)
    assert desk.finding.state is FindingState.RECTIFIED
    assert desk.code(FIRST, Proposed(desk.finding.finding_id, REASON, CIRCULAR)) == "finding.settled"


def test_what_does_not_pass_has_another_round_by_two_persons_and_the_verdict_stays_overturned(desk: Desk) -> None:
    finding = desk.flag()
    first = desk.open_round()
    assert desk.code(FIRST, Proposed(finding, REASON, CIRCULAR)) == "supervision.open"
    desk.do(UNIT, Reported(first, TEXT))
    assert desk.code(FIRST, Proposed(finding, REASON, CIRCULAR)) == "supervision.open"
    desk.do(CENTRE, Checked(first, passed=False, reason_id=REASON))
    assert (desk.finding.state, desk.finding.duty) == (FindingState.FAILED, Duty.JUDGEMENT)
    assert desk.code(FIRST, Dismissed(finding, REASON)) == "finding.settled"

    confirm = desk.propose()
    assert desk.finding.state is FindingState.PROPOSED
    assert desk.code(FIRST, confirm) == "second-person.same"
    [opened] = desk.do(SECOND, confirm)

    assert isinstance(opened, SupervisionOpened)
    assert opened.round == 2
    assert opened.round_id != first
    assert desk.finding.overturned_at


def test_a_round_goes_step_by_step(desk: Desk) -> None:
    desk.flag()
    round_ = desk.open_round()
    check = Checked(round_, passed=True, reason_id=REASON)
    assert desk.code(CENTRE, check) == "supervision.not-reported"
    desk.do(UNIT, Reported(round_, TEXT))
    assert desk.code(UNIT, Reported(round_, TEXT)) == "supervision.reported"
    desk.do(CENTRE, check)
    assert desk.code(CENTRE, check) == "supervision.checked"
    assert desk.code(UNIT, Reported(round_, TEXT)) == "supervision.reported"


def test_each_puts_right_what_is_its_own(desk: Desk) -> None:
    desk.flag()
    round_ = desk.open_round()
    assert desk.code("unit.tax/5", Reported(round_, TEXT)) == "supervision.unknown"
    assert desk.code(CENTRE, Reported(round_, TEXT)) == "principal.not-allowed"
    assert desk.code(UNIT, Reported(UUID(int=5), TEXT)) == "supervision.unknown"


def test_what_was_no_units_is_put_right_by_the_centre_and_checked_by_another_person() -> None:
    desk = Desk()
    desk.case = Case(TICKET, COMPLAINT)
    desk.follow(lives.finished("24 10:00").model_copy(update={"unit": None, "on_the_spot": True}))
    desk.flag()
    round_ = desk.open_round()
    desk.do(CENTRE, Reported(round_, TEXT))
    check = Checked(round_, passed=True, reason_id=REASON)
    assert desk.code(CENTRE, check) == "second-person.same"
    assert desk.do("centre/4", check)


def test_a_ticket_that_is_opened_again_keeps_its_findings_and_rounds(desk: Desk) -> None:
    desk.flag()
    round_ = desk.open_round()
    flagged = desk.flag(FindingKind.CONCEALED)

    desk.follow(reopened("25 11:00"))

    assert [one.duty for one in desk.case.life.findings] == [None, Duty.JUDGEMENT]
    assert desk.do(UNIT, Reported(round_, TEXT), "25 12:00")
    assert desk.do(FIRST, Dismissed(flagged, REASON), "25 12:00")


# Said again.


def test_what_is_said_again_is_nothing_new_and_another_body_is_refused(desk: Desk) -> None:
    finding = desk.flag()
    confirm = desk.propose()
    opened = desk.open_round()
    done: list[tuple[str, Act, Act]] = [
        (FIRST, Flagged(FindingKind.CONCEALED, TEXT), Flagged(FindingKind.CONCEALED, REASON)),
        (UNIT, Reported(opened, TEXT), Reported(opened, REASON)),
        (CENTRE, Checked(opened, passed=False, reason_id=REASON), Checked(opened, passed=True, reason_id=REASON)),
        (FIRST, Proposed(finding, REASON, CIRCULAR), Dismissed(finding, REASON)),
    ]
    for action, (by, act, other) in enumerate(done, 1):
        assert desk.do(by, act, action=action)
        assert desk.do(by, act, "26 10:00", action) == []
        assert desk.code(by, other, action=action) == "action.different-body"
        assert desk.code(f"{by}9", act, action=action) == "action.different-body"
    first = desk.case.finding(finding)
    assert first
    assert first.proposal
    newest = Confirmed(finding, first.proposal.proposal_id)
    assert desk.do(SECOND, newest, action=90)
    assert desk.do(SECOND, newest, "29 10:00", 90) == []
    assert desk.code(SECOND, confirm, action=90) == "action.different-body"


# What a unit sees.


def test_what_was_raised_by_hand_is_not_seen_either_when_the_unit_has_asked(desk: Desk) -> None:
    ended = [closed(desk.case, one, RevisitResult.REFUSED, at("24 12:00")) for one in desk.case.life.revisits]
    desk.case = fold(desk.case, ended)
    desk.flag()
    seen = seen_by("hrss", desk.case)
    assert seen
    assert seen.life.findings == ()


def test_a_unit_sees_what_was_confirmed_but_not_what_the_office_thinks_of(desk: Desk) -> None:
    desk.flag()
    desk.propose()
    seen = seen_by("hrss", desk.case)
    assert seen
    assert seen.life.findings == ()

    desk.open_round()
    seen = seen_by("hrss", desk.case)

    assert seen
    [finding] = seen.life.findings
    assert [one.proposal_id for one in finding.proposals] == [finding.rounds[0].proposal_id]
    assert finding.overturned_at
    assert seen_by("tax", desk.case) is None
