"""An amended calendar carried out over open tickets, on the real PostgreSQL."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis import db
from chassis.clock import new_id
from chassis.running import Running
from chassis.testing.lives import accepted, at, dispatched, finished, opened
from chassis.testing.patience import until
from chassis.work import Cause
from contracts.base import FACTS
from contracts.clocks import ClockMoved, ClockTurned, TicketAlerted
from contracts.vocabulary import ChangeCause, ClockKind, Light
from sla_monitor import usecases
from sla_monitor.app import service
from sla_monitor.domain import Line
from sla_monitor.usecases import Notice, amending

Lines = Callable[[int], list[Line]]

OFF = (("2026-11-26", "public-holiday", "样例节"), ("2026-12-05", "shifted-working-day", ""))
"""A Thursday becomes a day off, and a Saturday is worked for it."""
BACK = (("2026-11-26", "working-day", ""), ("2026-12-05", "weekend", ""))
FRIDAY = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)


def life(number: int, *facts: Any) -> list[Any]:
    """A ticket of its own that is opened, dispatched, and then lives as given."""
    ids = {"ticket_id": UUID(int=number), "complaint_id": UUID(int=number + 1_000_000)}
    begun = (opened(submitted="17 09:00"), dispatched("17 09:00"), *facts)
    return [one.model_copy(update=ids) for one in begun]


async def follow(desk: Any, *lives: Sequence[Any]) -> None:
    """The lives come in one batch, and the sweep looks at them."""
    facts = [fact for one in lives for fact in one]
    causes = {id(fact): Cause(new_id(FRIDAY), sequence=number) for one in lives for number, fact in enumerate(one, 1)}
    async with desk.running.work(causes) as work:
        await usecases.follow(work, facts)
    async with desk.running.work() as work:
        await usecases.sweep(work)


@pytest.fixture
def amend(desk: Any, notice: Lines) -> Callable[..., Any]:
    """Imports the notice of the year with other lines for some dates."""

    async def imported(*lines: tuple[str, str, str]) -> int:
        said = [*notice(2026), *(Line(number, *one) for number, one in enumerate(lines, 900))]
        read = Notice("样例通知", 2026, said, "centre/1", "office/2")
        async with desk.running.work() as work:
            amended = await usecases.amend(work, read, apply=True)
        assert amended.problems == ()
        return amended.version

    return imported


async def batch(running: Running) -> bool:
    async with running.work() as work:
        return await usecases.carry_out(work)


async def carry_out(running: Running) -> None:
    """Batch after batch, until there is nothing more to do."""
    while await batch(running):
        pass


async def told(desk: Any, number: int, topic: str = "clocks") -> list[Any]:
    """What was told of a ticket, in order."""
    found = await desk.rows(
        "SELECT type, body FROM log WHERE topic = :topic AND key = :key ORDER BY sequence",
        topic=topic,
        key=str(UUID(int=number)),
    )
    return [FACTS[row.type].parse(row.body) for row in found]


async def moves(desk: Any, number: int) -> list[tuple[ClockKind, datetime]]:
    return [(one.clock, one.due_at) for one in await told(desk, number) if isinstance(one, ClockMoved)]


async def clocks(desk: Any, number: int) -> dict[str, Any]:
    answer = await desk.get(f"/v1/tickets/{UUID(int=number)}/clocks")
    return {one["clock"]: one for one in answer.json()["clocks"]}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of two clocks."""
    monkeypatch.setattr(amending, "MOST_AMENDED", 2)


async def test_an_amendment_in_the_middle_moves_what_runs_and_leaves_what_was_judged(desk: Any, amend: Any) -> None:
    desk.clock.set(FRIDAY)
    await follow(
        desk,
        life(1, accepted("25 10:00")),
        life(2, accepted("23 10:00")),
        life(3, accepted("23 10:00"), finished("27 09:00")),
        life(4, accepted("17 10:00")),
    )
    before = {number: await told(desk, number) for number in (1, 2, 3, 4)}
    assert (await clocks(desk, 2))["handle"]["light"] == Light.RED
    await amend(*OFF)
    await carry_out(desk.running)

    after = {number: (await told(desk, number))[len(before[number]) :] for number in (1, 2, 3, 4)}
    assert [(one.clock, one.previous_due_at, one.due_at, one.cause) for one in after[1] if _moved(one)] == [
        (ClockKind.CONTACT, at("26 17:00"), at("27 17:00"), ChangeCause.CALENDAR),
        (ClockKind.HANDLE, at("30 17:00"), datetime(2026, 12, 1, 9, tzinfo=UTC), ChangeCause.CALENDAR),
    ]
    assert [(one.previous, one.light, one.cause) for one in after[1] if isinstance(one, ClockTurned)] == [
        (Light.OVERDUE, Light.RUNNING, ChangeCause.CALENDAR)
    ]
    moved, turned = after[2]
    assert (moved.previous_due_at, moved.due_at, moved.calendar) == (at("26 17:00"), at("27 17:00"), 2)
    assert (turned.previous, turned.light, turned.cause) == (Light.RED, Light.YELLOW, ChangeCause.CALENDAR)
    assert (turned.effective_at, turned.noticed_at) == (FRIDAY, FRIDAY)
    assert {one.clock for one in (await told(desk, 2, "alerts"))[-1].open} == {ClockKind.CONTACT}
    assert (after[3], after[4]) == ([], [])
    judged = (await clocks(desk, 3))["handle"]
    assert (judged["verdict"], judged["due_at"], judged["calendar"]) == ("overdue", "2026-11-26T09:00:00.000Z", 1)


def _moved(fact: Any) -> bool:
    return isinstance(fact, ClockMoved)


async def test_said_twice_it_tells_nothing_more(desk: Any, amend: Any) -> None:
    desk.clock.set(FRIDAY)
    await follow(desk, life(1, accepted("25 10:00")))
    assert await amend(*OFF) == 2
    await carry_out(desk.running)
    once = await told(desk, 1), await told(desk, 1, "alerts")
    assert await amend(*OFF) == 2
    await carry_out(desk.running)
    assert (await told(desk, 1), await told(desk, 1, "alerts")) == once
    assert isinstance(once[1][-1], TicketAlerted)


class KilledError(Exception):
    """The process is gone before the transaction commits."""


@pytest.mark.usefixtures("small")
async def test_killed_between_batches_and_in_one_it_goes_on_where_it_was(desk: Any, amend: Any) -> None:
    desk.clock.set(FRIDAY)
    await follow(desk, *(life(number, accepted("25 10:00")) for number in range(1, 8)))
    await amend(*OFF)
    await batch(desk.running)
    with suppress(KilledError):
        async with desk.running.work() as work:
            await usecases.carry_out(work)
            raise KilledError
    other = Running(service, desk.running.settings, doors=(), clock=desk.clock)
    await carry_out(other)
    await other.database.close()
    for number in range(1, 8):
        assert [clock for clock, _ in await moves(desk, number)] == [ClockKind.CONTACT, ClockKind.HANDLE]
    (kept,) = await desk.rows("SELECT tickets, carried_out_at FROM amendment")
    assert (kept.tickets, kept.carried_out_at) == (7, FRIDAY)


@pytest.mark.usefixtures("small")
async def test_two_instances_at_once_change_each_ticket_once(desk: Any, amend: Any) -> None:
    desk.clock.set(FRIDAY)
    await follow(desk, *(life(number, accepted("25 10:00")) for number in range(1, 12)))
    await amend(*OFF)
    other = Running(service, desk.running.settings, doors=(), clock=desk.clock)
    await asyncio.gather(carry_out(desk.running), carry_out(other))
    await other.database.close()
    for number in range(1, 12):
        assert len(await moves(desk, number)) == 2
    assert [one.tickets for one in await desk.rows("SELECT tickets FROM amendment")] == [11]


@pytest.mark.usefixtures("small")
async def test_a_second_notice_meanwhile_holds_for_all(desk: Any, amend: Any) -> None:
    desk.clock.set(at("26 10:00"))
    await follow(desk, *(life(number, accepted("25 10:00")) for number in range(1, 6)))
    await amend(*OFF)
    await batch(desk.running)
    assert await amend(*BACK) == 3
    await carry_out(desk.running)
    to_and_fro = [len(await moves(desk, number)) for number in range(1, 6)]
    assert to_and_fro == [4, 4, 0, 0, 0]
    for number in range(1, 6):
        assert (await clocks(desk, number))["handle"]["due_at"] == "2026-11-30T09:00:00.000Z"
    assert len(await desk.rows("SELECT 1 FROM amendment WHERE carried_out_at IS NOT NULL")) == 2


async def test_who_counts_by_the_old_calendar_ends_before_the_new_one_is_imported(desk: Any, amend: Any) -> None:
    desk.clock.set(at("26 10:00"))
    async with desk.running.work() as work:
        await usecases.follow(work, life(1, accepted("25 10:00")))
        importing = asyncio.create_task(amend(*OFF))
        await until(lambda: _somebody_waits(desk))
    await importing
    await carry_out(desk.running)
    assert len(await moves(desk, 1)) == 2


async def _somebody_waits(desk: Any) -> bool:
    (row,) = await desk.rows("SELECT count(*) AS waiting FROM pg_locks WHERE NOT granted")
    return bool(row.waiting)


@pytest.mark.parametrize("version", [1, 2, 3])
async def test_the_calendar_is_known_at_each_version(version: int, desk: Any, amend: Any) -> None:
    await amend(*OFF)
    await amend(*BACK)
    asked = {"from": "2026-11-26", "to": "2026-11-26", "version": version}
    answer = (await desk.get("/v1/calendar", **asked)).json()
    (day,) = answer["days"]
    status = {1: "working-day", 2: "public-holiday", 3: "working-day"}[version]
    assert (answer["version"], day["status"], day["revision"]) == (version, status, version)
    assert (await desk.get("/v1/calendar", **asked | {"version": 4})).json()["code"] == "calendar.version-unknown"


async def test_the_migration_finds_every_version_in_the_log(desk: Any, amend: Any) -> None:
    for lines in (OFF, BACK):
        desk.clock.move(timedelta(days=1))
        await amend(*lines)
    kept = [await desk.rows(sql) for sql in _KEPT]
    for sql in _BEFORE:
        await desk.rows(sql)
    await asyncio.to_thread(db.migrate, service.migrations, desk.url)
    assert [await desk.rows(sql) for sql in _KEPT] == kept
    assert [len(rows) for rows in kept[1:]] == [4, 2]


_KEPT = (
    "SELECT * FROM calendar_day ORDER BY date",
    "SELECT * FROM calendar_superseded ORDER BY date, since",
    "SELECT * FROM amendment ORDER BY version",
)
_BEFORE = (
    "DROP TABLE amendment, calendar_superseded",
    "ALTER TABLE calendar_day DROP COLUMN since",
    "DROP INDEX clock_by_calendar",
    "ALTER TABLE ticket DROP COLUMN revisits_followed",
    "UPDATE alembic_version SET version_num = '0005'",
)
"""What the tables were before."""
