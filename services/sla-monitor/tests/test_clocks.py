"""Clocks on the real database: followed, swept, counted, and shown over HTTP."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.clock import new_id
from chassis.work import Cause
from contracts import tickets
from contracts.base import FACTS
from contracts.clocks import ClockStopped, ClockTurned
from contracts.vocabulary import Cause as Why
from contracts.vocabulary import Channel, ClockKind, Complexity, DispatchRule, Light, ReporterKind
from sla_monitor import usecases

SENT = datetime(2026, 11, 9, 2, 0, tzinfo=UTC)
"""Monday, 10:00 in Shanghai."""


def life(number: int, *, until: str = "accepted") -> list[Any]:
    """What dispatch tells: opened and dispatched on Monday, accepted an hour later, finished on Wednesday."""
    said: dict[str, Any] = {"ticket_id": UUID(int=number), "complaint_id": UUID(int=number + 1_000_000)}
    reporter: dict[str, Any] = {"channel": Channel.WINDOW, "reporter_kind": ReporterKind.CITIZEN, "submitted_at": SENT}
    facts = [
        tickets.TicketOpened(**said, **reporter, opened_at=SENT, version=1),
        tickets.TicketDispatched(
            **said, unit="hrss", rule=DispatchRule.MATTER_OWNER, directory_version=1, dispatched_at=SENT, version=2
        ),
        tickets.TicketAccepted(
            **said, unit="hrss", complexity=Complexity.GENERAL, accepted_at=SENT + timedelta(hours=1), version=3
        ),
        tickets.TicketFinished(
            **said,
            unit="hrss",
            reply_id=UUID(int=1),
            done_id=UUID(int=1),
            cause=Why.OTHER,
            finished_at=SENT + timedelta(days=2),
            by="unit.hrss/0412",
            version=4,
        ),
    ]
    return facts[: ["opened", "dispatched", "accepted", "finished"].index(until) + 1]


async def follow(desk: Any, facts: Sequence[Any]) -> None:
    """The facts come in one batch, each with its number."""
    causes = {id(one): Cause(fact_id=new_id(SENT), sequence=one.version) for one in facts}
    async with desk.running.work(causes) as work:
        await usecases.follow(work, facts)


async def sweep(desk: Any) -> None:
    """A tick of the sweep."""
    async with desk.running.work() as work:
        await usecases.sweep(work)


async def told(desk: Any, number: int, topic: str = "clocks") -> list[Any]:
    """What was told of a ticket, in order."""
    found = await desk.rows(
        "SELECT type, body FROM log WHERE topic = :topic AND key = :key ORDER BY sequence",
        topic=topic,
        key=str(UUID(int=number)),
    )
    return [FACTS[row.type].parse(row.body) for row in found]


async def test_a_life_in_one_batch_and_one_by_one_is_told_alike(desk: Any) -> None:
    desk.clock.set(SENT + timedelta(days=2))
    await follow(desk, life(1, until="finished"))
    for fact in life(2, until="finished"):
        await follow(desk, [fact])
    first, second = await told(desk, 1), await told(desk, 2)
    left_out = {"ticket_id", "complaint_id"}
    assert [one.model_dump(exclude=left_out) for one in first] == [one.model_dump(exclude=left_out) for one in second]
    assert [one.verdict for one in first if isinstance(one, ClockStopped)] == ["met", "overdue", "met"]


async def test_what_is_followed_already_changes_nothing(desk: Any) -> None:
    await follow(desk, life(1))
    before = await told(desk, 1)
    await follow(desk, life(1))
    assert await told(desk, 1) == before


async def test_the_first_facts_find_the_calendar_filled(empty_desk: Any) -> None:
    await follow(empty_desk, life(1))
    first, *_ = await told(empty_desk, 1)
    assert first.clock == ClockKind.ACCEPT


async def test_the_sweep_tells_what_time_made_true_once(desk: Any) -> None:
    desk.clock.set(SENT + timedelta(hours=2))
    await follow(desk, [fact for number in (1, 2, 3) for fact in life(number)])
    await sweep(desk)
    assert not [one for one in await told(desk, 1) if isinstance(one, ClockTurned)]
    desk.clock.move(timedelta(days=10))
    await sweep(desk)
    await sweep(desk)
    for number in (1, 2, 3):
        turned = [(one.clock, one.light, one.effective_at) for one in await told(desk, number) if _turned(one)]
        due = datetime(2026, 11, 12, 9, tzinfo=UTC)
        assert turned == [
            (ClockKind.CONTACT, Light.OVERDUE, datetime(2026, 11, 10, 9, tzinfo=UTC)),
            (ClockKind.HANDLE, Light.YELLOW, due - timedelta(days=1)),
            (ClockKind.HANDLE, Light.RED, due),
        ]
        assert len((await told(desk, number, "alerts"))[-1].open) == 2


def _turned(fact: Any) -> bool:
    return isinstance(fact, ClockTurned)


async def test_the_board_counts_what_runs_by_light(desk: Any) -> None:
    desk.clock.set(SENT + timedelta(days=2))
    await follow(desk, [*life(1), *life(2), *life(3, until="finished")])
    answer = (await desk.get("/v1/board", unit="hrss")).json()
    counts = {(one["clock"], one["light"]): one["clocks"] for one in answer["counts"]}
    assert counts == {("contact", "running"): 2, ("handle", "green"): 2}
    assert [one["clock"] for one in answer["next_to_turn"]] == ["contact", "contact", "handle", "handle"]
    desk.clock.move(timedelta(days=10))
    await sweep(desk)
    district = (await desk.get("/v1/board")).json()
    counts = {(one["clock"], one["light"]): one["clocks"] for one in district["counts"]}
    assert counts == {("contact", "overdue"): 2, ("handle", "red"): 2}
    assert district["next_to_turn"] == []


async def test_a_tickets_clocks_are_shown_as_they_stand(desk: Any) -> None:
    await follow(desk, life(1))
    answer = await desk.get(f"/v1/tickets/{UUID(int=1)}/clocks")
    shown = {one["clock"]: one for one in answer.json()["clocks"]}
    assert (shown["accept"]["verdict"], shown["handle"]["due_at"]) == ("met", "2026-11-12T09:00:00.000Z")
    assert (await desk.get(f"/v1/tickets/{UUID(int=9)}/clocks")).json()["code"] == "ticket.unknown"


async def test_a_link_that_comes_before_its_target_keeps_the_earlier_clock(desk: Any) -> None:
    """Partitions go their own pace; the reporter waits since the first acceptance (rules 2.5)."""
    first, target = life(1), life(2)
    link = tickets.TicketLinked(
        ticket_id=first[0].ticket_id,
        complaint_id=first[0].complaint_id,
        to=target[0].ticket_id,
        to_complaint_id=target[0].complaint_id,
        linked_at=SENT + timedelta(hours=3),
        by="centre/1",
        version=4,
    )
    desk.clock.set(SENT + timedelta(days=2))
    await follow(desk, [*first, link])
    later = target[-1].model_copy(update={"accepted_at": SENT + timedelta(days=1)})
    await follow(desk, [*target[:-1], later])
    handle = next(one for one in await told(desk, 2) if getattr(one, "clock", None) == ClockKind.HANDLE)
    assert handle.started_at == SENT + timedelta(hours=1)
