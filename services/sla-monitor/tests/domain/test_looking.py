"""What is told of a ticket follows from its facts and their instants, not from when somebody looked (rules 4.2, 4.7).

Compared is everything that is told, in order, but for `noticed_at`: that alone may say when somebody looked.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.testing.histories import Life
from chassis.testing.lives import accepted, at, contacted, dispatched, opened
from contracts.clocks import ClockMoved, ClockStarted, ClockStopped, ClockTurned, TicketAlerted
from contracts.vocabulary import ChangeCause, Channel, ClockKind, Light
from sla_monitor.domain import Calendar, Case, Measures, Policy, Ticket, advance, react
from sla_monitor.domain.rules import INSTANTS

END = at("01 00:00") + timedelta(days=200)
"""When no light turns any more."""
SWEEPS = st.lists(st.integers(0, 100), max_size=6)
"""How far between what happened last and what comes next time is looked at, in hundredths."""


@pytest.fixture(scope="module")
def measures(calendar: Calendar) -> Measures:
    """The calendar of six years' notices, and the policy as it is by itself."""
    return Measures(Policy(), calendar, at("01 00:00"))


def history(dice: random.Random) -> list[Any]:
    """A whole life, or the first part of one."""
    life = Life(1, dice)
    while not life.over and len(life.facts) < 25:
        life.step()
    return life.facts


def instants(facts: Sequence[Any]) -> list[datetime]:
    """When what each fact says was so; a fact that does not matter to clocks may come whenever it wants."""
    return [getattr(one, INSTANTS.get(type(one)) or "classified_at", END) for one in facts]


def lived(measures: Measures, facts: Sequence[Any], looks: Sequence[Sequence[datetime]]) -> tuple[Case, list[Any]]:
    """What is told when time is looked at before each fact at these instants, and at the end."""
    case, told = Case(Ticket(facts[0].ticket_id, facts[0].complaint_id), {}), list[Any]()
    for fact, before in zip(facts, looks, strict=True):
        for look in before:
            case, more = advance(case, look, look, measures)
            told += more
        case, more = react(case, fact, END, measures)
        told += more
    case, more = advance(case, END, END, measures)
    return case, [*told, *more]


def timeless(told: Sequence[Any]) -> list[str]:
    return [one.TYPE + one.model_dump_json(exclude={"noticed_at"}) for one in told]


def spread(first: datetime, last: datetime, hundredths: Sequence[int]) -> list[datetime]:
    return [first + (last - first) * one / 100 for one in sorted(hundredths)]


@settings(max_examples=300, deadline=None)
@given(dice=st.randoms(use_true_random=False), data=st.data())
def test_a_life_is_told_alike_whenever_time_is_looked_at(
    measures: Measures, dice: random.Random, data: st.DataObject
) -> None:
    facts = history(dice)
    at_least = coming(instants(facts))
    begun = [at_least[0] - timedelta(days=1), *at_least]
    looks = [spread(*pair, data.draw(SWEEPS)) if pair[0] < END else [] for pair in pairwise(begun)]
    assert_ordered(lived(measures, facts, [[]] * len(facts))[1])
    expected_case, expected = lived(measures, facts, [[]] * len(facts))
    case, told = lived(measures, facts, looks)
    assert timeless(told) == timeless(expected)
    assert case == expected_case


def coming(when: Sequence[datetime]) -> list[datetime]:
    """Of each fact the earliest instant of it and all that come after: until then time may pass before it."""
    found = [END]
    for one in reversed(when):
        found.insert(0, min(one, found[0]))
    return found[:-1]


def assert_ordered(told: Sequence[Any]) -> None:
    """What time does to a ticket is told in the order in which it became true."""
    by_time = [one.effective_at for one in told if isinstance(one, ClockTurned) and one.cause is ChangeCause.TIME]
    assert by_time == sorted(by_time)


def test_after_days_asleep_the_changes_of_all_clocks_are_told_in_the_order_of_their_instants(
    measures: Measures,
) -> None:
    facts = [opened(Channel.CITY_EXIT, "20 09:00"), dispatched("20 10:00"), accepted("20 11:00")]
    turned = [one for one in lived(measures, facts, [[]] * 3)[1] if isinstance(one, ClockTurned)]
    assert [(one.clock, one.light, one.effective_at) for one in turned] == [
        (ClockKind.CITY_CONTACT, Light.OVERDUE, at("23 17:00")),
        (ClockKind.CONTACT, Light.OVERDUE, at("23 17:00")),
        (ClockKind.HANDLE, Light.YELLOW, at("24 17:00")),
        (ClockKind.HANDLE, Light.RED, at("25 17:00")),
        (ClockKind.CITY, Light.OVERDUE, at("27 17:00")),
    ]


def test_a_fact_is_told_after_what_became_true_before_it_of_other_clocks(measures: Measures) -> None:
    facts = [opened(), dispatched("23 10:00"), accepted("24 11:00"), contacted("26 18:00", reached=True)]
    told = [one for one in lived(measures, facts, [[]] * 4)[1] if isinstance(one, ClockTurned | ClockStopped)]
    assert [(one.clock, one.light) for one in told[1:4]] == [
        (ClockKind.CONTACT, Light.OVERDUE),
        (ClockKind.HANDLE, Light.YELLOW),
        (ClockKind.CONTACT, Light.OVERDUE),
    ]


@settings(max_examples=300, deadline=None)
@given(dice=st.randoms(use_true_random=False), data=st.data())
def test_facts_that_come_late_leave_the_same_truth(
    measures: Measures, dice: random.Random, data: st.DataObject
) -> None:
    facts = history(dice)
    when = instants(facts)
    ahead = data.draw(st.lists(st.integers(0, 20), min_size=len(facts), max_size=len(facts)))
    looks = [
        [min(one, END) + timedelta(days=days)] if days and one < END else []
        for one, days in zip(when, ahead, strict=True)
    ]
    expected_case, expected = lived(measures, facts, [[]] * len(facts))
    case, told = lived(measures, facts, looks)
    assert truth(told) == truth(expected)
    assert case == expected_case


def truth(told: Sequence[Any]) -> dict[Any, Any]:
    """What somebody knows in the end who was told all this: of each clock, and what is late."""
    known: dict[Any, Any] = {"late": ()}
    for one in told:
        match one:
            case TicketAlerted(open=late):
                known["late"] = late
            case ClockStopped(clock=clock, ref=ref):
                known[clock, ref] = (one.due_at, one.unit, one.light, one.verdict, one.stopped_at, one.late_on_record)
            case ClockMoved(clock=clock, ref=ref):
                known[clock, ref] = (one.due_at, one.unit, *known[clock, ref][2:])
            case ClockTurned() | ClockStarted():
                known[one.clock, one.ref] = (one.due_at, one.unit, one.light)
    return known
