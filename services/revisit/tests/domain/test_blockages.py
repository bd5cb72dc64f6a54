"""When what repeats becomes an improvement, and when it comes back (rules 5.5), whatever the order of what we hear."""

from datetime import UTC, datetime, timedelta
from itertools import count, permutations
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.testing.lives import at
from contracts.refusals import Refused
from contracts.vocabulary import Cause, DismissalReason, ImprovementResult, ImprovementState, Measure
from revisit.domain import Bar, Blockage, Finished, Improve, Improvement, Repeating, improve
from revisit.domain.blockages import Measures, finished, fold, watched_until
from revisit.domain.improvements import Act, Decide, Dismiss, Finish, Own, evolve

BAR = Bar(finishes=3, days=7, months=2)
BLOCKAGE = Blockage("000114008000", Cause.SYSTEM_FAULT)
_IDS = count(1000)


def heard(repeating: Repeating, *whens: datetime) -> tuple[Repeating, list[Any]]:
    """What repeats after tickets were finished at these instants, heard of in this order, and what was told."""
    told: list[Any] = []
    for when in whens:
        fact = Finished(UUID(int=next(_IDS)), BLOCKAGE, "hrss", when)
        new = finished(repeating.counted(fact.on, 1), fact, Measures(BAR, at("30 10:00"), lambda: UUID(int=next(_IDS))))
        repeating = fold(repeating.counted(fact.on, 1), new)
        told += new
    return repeating, told


def types(told: list[Any]) -> list[str]:
    return [one.TYPE for one in told]


def proposed() -> Improvement:
    repeating, _ = heard(Repeating(BLOCKAGE), *(at(f"{day} 10:00") for day in ("02", "03", "04")))
    assert repeating.newest
    return repeating.newest


def done(
    improvement: Improvement, act: Act, when: str = "10 10:00", who: str = "centre", action: int = 0
) -> Improvement:
    asked = Improve(UUID(int=action or next(_IDS)), who, "31", act, at(when), BAR)
    for fact in improve(improvement, asked):
        improvement = evolve(improvement, fact)
    return improvement


OWN, DECIDE = Own("hrss"), Decide(Measure.SYSTEM_REPAIRED, None)
FINISH = Finish(ImprovementResult.REMOVED, "〔2026〕18号")


def improved(when: str = "10 10:00") -> Improvement:
    improvement = proposed()
    for act in (OWN, DECIDE, FINISH):
        improvement = done(improvement, act, when)
    return improvement


def test_below_the_bar_nothing_is_proposed_and_at_it_once() -> None:
    repeating, told = heard(Repeating(BLOCKAGE), at("02 10:00"), at("08 10:00"))
    assert told == []

    repeating, told = heard(repeating, at("08 11:00"), at("08 12:00"), at("08 13:00"))

    assert types(told) == ["improvement.proposed.v1"]
    assert (str(told[0].first), str(told[0].last), told[0].finishes, told[0].number) == (
        "2026-11-02",
        "2026-11-08",
        3,
        1,
    )


def test_a_day_outside_of_the_window_does_not_count() -> None:
    assert heard(Repeating(BLOCKAGE), at("02 10:00"), at("09 10:00"), at("09 11:00"))[1] == []


def test_a_date_is_one_of_shanghai() -> None:
    late = datetime(2026, 11, 1, 16, 30, tzinfo=UTC)
    _, told = heard(Repeating(BLOCKAGE), late, at("08 10:00"), at("08 11:00"))
    assert str(told[0].first) == "2026-11-02"


@pytest.mark.parametrize("order", tuple(permutations(("02 10:00", "05 10:00", "08 10:00"))))
def test_what_is_heard_late_counts_for_its_own_date(order: tuple[str, ...]) -> None:
    _, told = heard(Repeating(BLOCKAGE), *map(at, order))
    assert [(one.TYPE, str(one.last), one.finishes) for one in told] == [("improvement.proposed.v1", "2026-11-08", 3)]


@settings(max_examples=300)
@given(st.lists(st.integers(1, 28), max_size=12), st.randoms())
def test_whether_something_is_proposed_does_not_depend_on_the_order(days: list[int], random: Random) -> None:
    whens = [at(f"{day:02} 10:00") for day in days]
    _, told = heard(Repeating(BLOCKAGE), *whens)
    random.shuffle(whens)
    _, again = heard(Repeating(BLOCKAGE), *whens)
    full = any(sum(day <= one < day + BAR.days for one in days) >= BAR.finishes for day in days)
    assert types(told) == types(again) == ["improvement.proposed.v1"] * full


def test_it_comes_back_once_while_it_is_watched() -> None:
    repeating, told = heard(Repeating(BLOCKAGE, newest=improved()), at("10 10:01"), at("12 10:00"))
    assert types(told) == ["improvement.returned.v1"]
    newest = repeating.newest
    assert newest is not None
    assert (newest.state, newest.unit, newest.watched_until) == (ImprovementState.RETURNED, "hrss", None)


def test_what_was_finished_before_it_was_done_is_no_return_however_late_it_is_heard() -> None:
    assert heard(Repeating(BLOCKAGE, newest=improved()), *(at("09 10:00"),) * 3, at("10 10:00"))[1] == []


def test_when_it_is_watched_no_longer_it_takes_a_full_window_again() -> None:
    newest = improved()
    assert newest.watched_until == at("10 10:00").replace(year=2027, month=1)
    last, after = newest.watched_until, newest.watched_until + timedelta(days=1)
    assert types(heard(Repeating(BLOCKAGE, newest=newest), last)[1]) == ["improvement.returned.v1"]
    assert heard(Repeating(BLOCKAGE, newest=newest), *(last + timedelta(hours=1),) * 3)[1] == []
    repeating, told = heard(Repeating(BLOCKAGE, newest=newest), after, after, after)
    assert (types(told), told[0].number) == (["improvement.proposed.v1"], 2)
    assert repeating.newest is not None
    assert repeating.newest.steps == ()


def test_what_was_dismissed_is_not_proposed_for_what_was_before() -> None:
    dismissed = done(proposed(), Dismiss(DismissalReason.ONE_OFF))
    repeating = Repeating(BLOCKAGE, {at("09 10:00").date(): 5}, dismissed)
    repeating, told = heard(repeating, at("09 10:00"), at("11 10:00"), at("12 10:00"))
    assert told == []
    assert types(heard(repeating, at("12 11:00"))[1]) == ["improvement.proposed.v1"]


def test_what_came_back_is_measured_and_done_anew_by_its_owner() -> None:
    repeating, _ = heard(Repeating(BLOCKAGE, newest=improved()), at("12 10:00"))
    assert repeating.newest
    with pytest.raises(Refused, match=r"improvement\.not-measured"):
        done(repeating.newest, FINISH, "13 10:00", "unit.hrss")
    again = done(done(repeating.newest, DECIDE, "13 10:00", "unit.hrss"), FINISH, "14 10:00", "unit.hrss")
    assert (again.state, len(again.steps), again.done_at) == (ImprovementState.DONE, 5, at("14 10:00"))


@pytest.mark.parametrize(
    ("improvement", "act", "who", "code"),
    [
        (proposed(), DECIDE, "centre", "improvement.not-owned"),
        (proposed(), FINISH, "office", "improvement.not-measured"),
        (proposed(), DECIDE, "unit.hrss", "improvement.unknown"),
        (done(proposed(), OWN), DECIDE, "unit.tax", "improvement.unknown"),
        (done(proposed(), OWN), OWN, "unit.hrss", "principal.not-allowed"),
        (done(proposed(), OWN), Dismiss(DismissalReason.ONE_OFF), "unit.hrss", "principal.not-allowed"),
        (done(proposed(), Own(None)), DECIDE, "unit.hrss", "improvement.unknown"),
        (improved(), OWN, "centre", "improvement.closed"),
        (improved(), DECIDE, "unit.hrss", "improvement.closed"),
        (done(proposed(), Dismiss(DismissalReason.ONE_OFF)), OWN, "centre", "improvement.closed"),
    ],
)
def test_what_is_refused(improvement: Improvement, act: Act, who: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        done(improvement, act, who=who)
    assert refused.value.code == code


def test_an_action_said_again_is_nothing_new_and_another_under_its_id_is_refused() -> None:
    improvement = done(proposed(), OWN, action=1)
    later = done(improvement, DECIDE)
    assert done(later, OWN, "12 10:00", action=1) == later
    for act, who in ((Own("tax"), "centre"), (OWN, "office"), (DECIDE, "centre")):
        with pytest.raises(Refused, match=r"action\.different-body"):
            done(later, act, who=who, action=1)


def test_another_owner_goes_on_with_the_measure() -> None:
    improvement = done(done(done(proposed(), OWN), DECIDE), Own("tax"), "11 10:00")
    assert (improvement.state, improvement.unit) == (ImprovementState.MEASURED, "tax")
    assert done(improvement, FINISH, "12 10:00", "unit.tax").state is ImprovementState.DONE


@pytest.mark.parametrize(
    ("since", "months", "until"),
    [("2026-08-31", 6, "2027-02-28"), ("2026-12-15", 1, "2027-01-15"), ("2027-11-30", 13, "2028-12-30")],
)
def test_months_are_those_of_the_calendar(since: str, months: int, until: str) -> None:
    noon = "T12:00:00+08:00"
    assert watched_until(datetime.fromisoformat(since + noon), months) == datetime.fromisoformat(until + noon)
