"""The clocks of revisits, and of two topics beside each other: how they interleave changes nothing (rules 4, 5.1)."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.testing import lives
from chassis.testing.asking import REVISIT, Asking, closed, inherited, planned, rectified, sought, supervised
from chassis.testing.histories import Life
from chassis.testing.lives import at
from contracts import topics
from contracts.clocks import ClockMoved, ClockStarted, ClockStopped, ClockTurned, TicketAlerted
from contracts.refusals import Refused
from contracts.vocabulary import ChangeCause, ClockKind, Light, RevisitResult, Verdict
from sla_monitor.domain import Calendar, Case, Measures, Policy, Ticket, advance, after_one, in_time, inherit, react
from sla_monitor.domain.rules import INSTANTS, OF_TOPIC, RULES

END = at("01 00:00") + timedelta(days=200)
MET, OVERDUE, VOID = Verdict.MET, Verdict.OVERDUE, Verdict.VOID


@pytest.fixture(scope="module")
def measures(calendar: Calendar) -> Measures:
    """The calendar of six years' notices, and the policy as it is by itself."""
    return Measures(Policy(), calendar, at("01 00:00"))


def new(facts: Sequence[Any]) -> Case:
    return Case(Ticket(facts[0].ticket_id, facts[0].complaint_id), {})


def lived(measures: Measures, *steps: Any) -> tuple[Case, list[Any]]:
    """What is told when facts come, and time passes up to instants, in this order."""
    case, told = new([one for one in steps if not isinstance(one, datetime)]), list[Any]()
    for step in steps:
        if isinstance(step, datetime):
            case, more = advance(case, step, step, measures)
        else:
            case, more = react(case, step, END, measures)
        told += more
    return case, told


# one revisit


def test_a_revisit_runs_from_its_plan_until_what_was_set_with_it(measures: Measures) -> None:
    _, [told] = lived(measures, planned("24 10:00", "27 17:00"))
    assert isinstance(told, ClockStarted)
    assert (told.clock, told.ref, told.unit, told.term) == (ClockKind.REVISIT, str(REVISIT), "hrss", None)
    assert (told.started_at, told.due_at, told.light) == (at("24 10:00"), at("27 17:00"), Light.RUNNING)


def test_for_what_the_centre_asks_no_unit_answers(measures: Measures) -> None:
    _, [told] = lived(measures, planned("24 10:00", "27 17:00", caller=None))
    assert told.unit is None


@pytest.mark.parametrize(
    ("when", "result", "verdict"),
    [
        ("27 17:00", RevisitResult.ANSWERED, MET),
        ("27 17:01", RevisitResult.ANSWERED, OVERDUE),
        ("25 10:00", RevisitResult.NOT_REACHED, MET),
        ("28 10:00", RevisitResult.NOT_REACHED, OVERDUE),
        ("25 10:00", RevisitResult.REFUSED, MET),
        ("28 10:00", RevisitResult.REFUSED, OVERDUE),
        ("25 10:00", RevisitResult.VOID, VOID),
        ("28 10:00", RevisitResult.VOID, VOID),
    ],
)
def test_a_revisit_is_judged_by_when_it_was_closed(
    measures: Measures, when: str, result: RevisitResult, verdict: Verdict
) -> None:
    case, told = lived(measures, planned("24 10:00", "27 17:00"), sought("24 11:00"), closed(when, result))
    assert isinstance(told[-1], TicketAlerted if at(when) > at("27 17:00") else ClockStopped)
    [clock] = case.clocks.values()
    assert (clock.verdict, clock.stopped_at, clock.due_at) == (verdict, at(when), at("27 17:00"))


def test_a_revisit_that_is_late_turns_at_its_due_and_is_alerted(measures: Measures) -> None:
    _, told = lived(measures, planned("24 10:00", "27 17:00"), at("30 09:00"))
    turned, alerted = told[1:]
    assert (turned.light, turned.effective_at) == (Light.OVERDUE, at("27 17:00"))
    assert [(one.clock, one.ref, one.unit) for one in alerted.open] == [(ClockKind.REVISIT, str(REVISIT), "hrss")]


def test_an_answer_that_comes_late_takes_back_what_was_told(measures: Measures) -> None:
    case, told = lived(measures, planned("24 10:00", "27 17:00"), at("30 09:00"), closed("27 16:00"))
    assert [(one.light, one.cause) for one in told if isinstance(one, ClockTurned)] == [
        (Light.OVERDUE, "time"),
        (Light.RUNNING, "corrected"),
    ]
    assert [one.open for one in told if isinstance(one, TicketAlerted)][-1] == ()
    assert [one.verdict for one in case.clocks.values()] == [MET]


def test_revisits_of_one_ticket_end_each_by_its_own_id_and_nothing_of_the_ticket_ends_them(measures: Measures) -> None:
    other = {"revisit_id": UUID(int=99)}
    facts = (planned("24 10:00", "27 17:00"), planned("24 10:00", "30 17:00", None, **other), closed("25 10:00"))
    case, _ = lived(measures, *facts, lives.finished("26 10:00"))
    assert [(one.ref, one.verdict) for one in case.clocks.values()] == [(str(REVISIT), MET), (str(UUID(int=99)), None)]


def test_a_plan_that_is_said_again_starts_nothing(measures: Measures) -> None:
    _, told = lived(measures, planned("24 10:00", "27 17:00"), closed("25 10:00"), planned("24 10:00", "27 17:00"))
    assert [type(one) for one in told] == [ClockStarted, ClockStopped]


# two topics


def test_what_starts_and_stops_a_clock_is_told_on_one_topic() -> None:
    for kind, rule in RULES.items():
        assert {fact.TOPIC for fact in (*rule.starts, *rule.stops)} == {rule.topic}, kind
    assert {topic: set(rules) for topic, rules in OF_TOPIC.items()} == {
        topics.REVISITS.name: {ClockKind.REVISIT, ClockKind.RECTIFY},
        topics.TICKETS.name: set(RULES) - {ClockKind.REVISIT, ClockKind.RECTIFY},
    }


def test_a_fact_has_no_time_pass_for_clocks_of_another_topic(measures: Measures) -> None:
    ticket = (lives.opened(), lives.dispatched("24 10:00"), lives.accepted("24 11:00"))
    asked = planned("24 10:00", "24 12:00")
    _, told = lived(measures, *ticket, asked, lives.finished("30 10:00"))
    assert all(one.clock is not ClockKind.REVISIT for one in told if isinstance(one, ClockTurned))
    _, told = lived(measures, *ticket, asked, closed("30 10:00"))
    assert {one.clock for one in told if isinstance(one, ClockTurned)} == {ClockKind.REVISIT}


def test_a_link_has_no_time_pass_for_them_either(measures: Measures) -> None:
    case, _ = lived(measures, planned("24 10:00", "24 12:00"))
    assert inherit(case, at("20 10:00"), at("30 10:00"), END, measures).told == []


def instant(fact: Any) -> datetime:
    """When what a fact says was so; what does not matter to clocks may come whenever it wants."""
    when: datetime = getattr(fact, INSTANTS.get(type(fact)) or "classified_at", END)
    return when


def histories(dice: random.Random) -> tuple[list[Any], list[Any]]:
    """What dispatch tells of a ticket, and what revisit does."""
    life, asking = Life(1, dice), Asking(1, dice)
    while not life.over and len(life.facts) < 15:
        life.step()
    for _ in range(dice.randrange(1, 10)):
        asking.step()
    return life.facts, asking.facts


def interleaved(facts: Sequence[Sequence[Any]], dice: random.Random) -> Iterator[Any]:
    """Facts of each topic in their order, the topics at whatever pace; time passes as far as both were heard."""
    waiting, reached = [list(one) for one in facts], at("01 00:00")
    while waiting := [one for one in waiting if one]:
        heard = min((instant(fact) for one in waiting for fact in one), default=END)
        if heard < END and dice.random() < 0.4:
            reached += max(heard - reached, timedelta(0)) * dice.random()
            yield reached
        yield dice.choice(waiting).pop(0)
    yield END


def by_topic(told: Sequence[Any]) -> dict[str, list[str]]:
    """What is told of the clocks of each topic, in order; of what else is late an alert says how it stood then."""
    found: dict[str, list[str]] = {topic: [] for topic in OF_TOPIC}
    for one in told:
        clock = one.changed.clock if isinstance(one, TicketAlerted) else one.clock
        found[RULES[clock].topic].append(one.TYPE + one.model_dump_json(exclude={"noticed_at", "open"}))
    return found


def late(told: Sequence[Any]) -> set[Any]:
    """What the newest alert says is late."""
    alerts = [one for one in told if isinstance(one, TicketAlerted)]
    return set(alerts[-1].open) if alerts else set()


@settings(max_examples=300, deadline=None)
@given(dice=st.randoms(use_true_random=False))
def test_of_each_clock_the_same_is_told_however_the_topics_interleave(measures: Measures, dice: random.Random) -> None:
    ticket, asked = histories(dice)
    expected_case, expected = lived(measures, *ticket, *asked, END)
    case, told = lived(measures, *interleaved((ticket, asked), dice))
    assert by_topic(told) == by_topic(expected)
    assert case == expected_case
    assert late(told) == late(expected)
    alone = {topic: lived(measures, *facts, END)[1] for topic, facts in (("tickets", ticket), ("revisits", asked))}
    assert {topic: by_topic(of_one)[topic] for topic, of_one in alone.items()} == by_topic(expected)


# who inherits


def test_what_a_dissolved_unit_had_to_do_is_its_heirs_from_then_on(measures: Measures) -> None:
    asked = (planned("24 10:00", "27 17:00"), supervised("24 10:00", "25 10:00"), inherited("25 12:00"))
    case, told = lived(measures, *asked, at("28 10:00"), rectified("28 11:00"))
    assert {one.unit for one in case.clocks.values()} == {"tax"}
    moved = [one for one in told if isinstance(one, ClockMoved)]
    assert [(one.clock, one.unit, one.cause) for one in moved] == [
        (ClockKind.RECTIFY, "tax", ChangeCause.REDISPATCHED),
        (ClockKind.REVISIT, "tax", ChangeCause.REDISPATCHED),
    ]
    [ended] = [one for one in told if isinstance(one, ClockStopped)]
    assert (ended.unit, ended.verdict, ended.due_at) == ("tax", OVERDUE, at("25 10:00"))


def test_what_others_had_to_do_stays_theirs(measures: Measures) -> None:
    ticket = (lives.opened(), lives.dispatched("24 10:00"), lives.accepted("24 11:00"))
    case, told = lived(measures, *ticket, planned("24 12:00", "27 17:00", caller=None), inherited("25 12:00"))
    assert not [one for one in told if isinstance(one, ClockMoved)]
    assert {one.unit for one in case.clocks.values() if one.open} == {"hrss", None}


# how they are counted


def test_each_topic_counts_its_own() -> None:
    ticket = Ticket(UUID(int=1), UUID(int=2), followed=4, revisits_followed=1)
    assert after_one(ticket, "tickets", 5) == ticket._replace(followed=5)
    assert after_one(ticket, "revisits", 2) == ticket._replace(revisits_followed=2)
    assert after_one(ticket, "revisits", None) == ticket._replace(revisits_followed=2)
    assert after_one(ticket, "tickets", 4) is None
    with pytest.raises(Refused) as refused:
        after_one(ticket, "revisits", 3)
    assert refused.value.code == "fact.gap"


@pytest.mark.parametrize(
    "fact",
    [
        planned("25 10:00", "27 17:00"),
        closed("25 10:00"),
        supervised("25 10:00"),
        rectified("25 10:00"),
        inherited("25 10:00"),
    ],
    ids=lambda one: one.TYPE,
)
def test_what_revisit_says_to_happen_later_is_refused(fact: Any) -> None:
    now, policy = at("25 10:00"), Policy(ahead=timedelta(minutes=5))
    in_time(fact, now - policy.ahead, policy)
    with pytest.raises(Refused) as refused:
        in_time(fact, now - policy.ahead - timedelta(microseconds=1), policy)
    assert refused.value.code == "fact.from-future"
