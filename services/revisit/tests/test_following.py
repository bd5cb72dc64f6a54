"""Tickets as they come by their topic: in any batches, twice, and before the calendar; and the calendar itself."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.clock import new_id
from chassis.failures import passes
from chassis.testing import Harness, lives
from chassis.testing.bus import Raw
from chassis.testing.lives import SAID, at
from contracts import base, tickets
from contracts.base import Fact
from contracts.vocabulary import DayStatus
from revisit import usecases

LIFE: list[tickets.TicketFact] = [
    lives.opened(),
    lives.dispatched(),
    lives.accepted("24 11:00"),
    lives.finished("24 12:00"),
    tickets.TicketReopened(**SAID, unit="hrss", round=2, reopened_at=at("24 14:00"), by="centre/1"),
    lives.finished("24 15:00"),
]


async def test_in_one_batch_or_one_by_one_and_each_twice_the_same_is_planned(desk: Any) -> None:
    other = UUID(int=70)
    again = [fact.model_copy(update={"ticket_id": other}) for fact in LIFE]
    await desk.follow(*again)
    alone = [fact.model_copy(update={"ticket_id": UUID(int=71)}) for fact in LIFE]
    for fact in alone:
        await desk.follow(fact)
        await desk.follow(fact)

    assert await _planned(desk, other) == await _planned(desk, UUID(int=71))
    assert [one.open for one in await _planned(desk, other)] == [False, False, True, True]


async def _planned(desk: Any, ticket_id: UUID) -> list[Any]:
    return list(
        await desk.rows(
            "SELECT caller, due_at, next_at, open FROM revisit WHERE ticket_id = :ticket_id ORDER BY open, caller",
            ticket_id=ticket_id,
        )
    )


async def test_a_reopened_ticket_voids_what_was_planned_and_is_planned_anew(desk: Any) -> None:
    before = await desk.worklist("hrss")
    await desk.follow(LIFE[4], LIFE[5])
    after = await desk.worklist("hrss")

    assert (len(before), len(after), after[0]["finish"]) == (1, 1, 2)
    assert (await desk.told())[2:] == ["revisit.closed.v1"] * 2 + ["revisit.planned.v1"] * 2


async def test_nothing_is_planned_before_the_calendar_is_there(bare_desk: Any, dates: Any) -> None:
    with pytest.raises(usecases.CalendarNotYet) as raised:
        await bare_desk.follow(*LIFE)
    assert passes(raised.value), "the batch waits, and is not parked"

    await bare_desk.set_days(*dates(date(2026, 11, 1), 60))
    await bare_desk.follow(*LIFE)

    assert len(await bare_desk.worklist("hrss")) == 1


async def test_of_a_date_the_newest_revision_holds(desk: Any, dates: Any) -> None:
    [off] = dates(date(2026, 11, 26), 1, revision=3, status=DayStatus.HOLIDAY)
    [old] = dates(date(2026, 11, 26), 1, revision=2)
    for said in ([off, old], [old], [off]):
        await desk.set_days(*said)
    await desk.follow(*(one.model_copy(update={"ticket_id": UUID(int=80)}) for one in (LIFE[0], LIFE[3])))

    found = await desk.rows(
        "SELECT due_at FROM revisit WHERE ticket_id = :id AND caller = 'unit.hrss'", id=UUID(int=80)
    )
    assert [one.due_at for one in found] == [at("30 17:00")]


async def test_it_follows_the_topics_and_tells_on_its_own(bare_desk: Any, dates: Any) -> None:
    harness: Harness = bare_desk.harness
    ids = {"ticket_id": new_id(at("24 09:00")), "complaint_id": new_id(at("24 09:00"))}
    life = _records("dispatch", [fact.model_copy(update=ids) for fact in LIFE])
    days = _records("sla-monitor", dates(date(2026, 11, 1), 60))
    await harness.bus.topics(
        "tickets", "calendar", "revisits", "tickets.parked", "calendar.parked", "complaints", "complaints.parked"
    )

    async with harness.doors("consumers", "relay"):
        await harness.bus.send("tickets", *life, *life)
        await harness.bus.send("calendar", *days, *days)
        told = await harness.bus.read("revisits", lambda read: len(_about(read, ids["ticket_id"])) >= 6)

    about = [base.read(one.headers, one.value) for one in _about(told, ids["ticket_id"])]
    assert [one.fact.TYPE.split(".")[1] for one in about] == ["planned"] * 2 + ["closed"] * 2 + ["planned"] * 2
    assert [one.sequence for one in about] == [1, 2, 3, 4, 5, 6]


def _about(read: list[Any], ticket_id: UUID) -> list[Any]:
    return [one for one in read if one.key == str(ticket_id).encode()]


def _records(source: str, facts: Sequence[Fact]) -> list[Raw]:
    now = at("24 09:00")
    return [
        Raw(
            fact.key.encode(),
            fact.model_dump_json().encode(),
            list(base.headers(source, fact.TYPE, new_id(now), now, fact.key, number, fact.key, None, None)),
        )
        for number, fact in enumerate(facts, 1)
    ]
