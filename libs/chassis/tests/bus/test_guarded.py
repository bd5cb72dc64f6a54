"""A job that follows a topic: what was said earlier comes first, and a clock that jumps makes nothing come true."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from chassis import audit, steady
from chassis.clock import Reading, ThisMachine
from chassis.jobs import Guard, Job
from chassis.kafka import Followed
from chassis.steady import Steady

HOUR = timedelta(hours=1)
OFTEN = timedelta(milliseconds=10)
TICKS = 30


class Stepping:
    """This machine, whose wall time can be put forward and back, and whose start can be another one."""

    def __init__(self, name: str = "here") -> None:
        self.name, self.by, self.asleep_s = name, timedelta(), 0.0
        self._real = ThisMachine()

    def read(self) -> Reading:
        """What its clocks say."""
        wall, boot_s = self._real.read()
        return Reading(wall + self.by, boot_s + self.asleep_s)


@dataclass
class Ticks:
    """A job that follows the service's topic and notes what it may do, and one beside it that just ticks."""

    notes: list[Any] = field(default_factory=list)
    beside: int = 0

    async def guarded(self, work: Any) -> None:
        """Note how far time may have passed, and how many effects there are."""
        [row] = await work.session.driver.fetch("SELECT count(*) AS effects FROM effect")
        self.notes.append((work.until, row.effects))

    async def count(self, _: Any) -> None:
        """Tick."""
        self.beside += 1

    async def some(self, happens: Callable[..., Any]) -> None:
        """Wait for ticks of the job beside it."""
        goal = self.beside + TICKS
        await happens(lambda: self.beside >= goal)


def with_ticks(tiny: Any) -> Ticks:
    ticks = Ticks()
    jobs = (Job("guarded", OFTEN, ticks.guarded, follows=(tiny.topic,)), Job("beside", OFTEN, ticks.count))
    tiny.harness.service = replace(tiny.harness.service, jobs=jobs)
    return ticks


async def test_what_was_told_by_then_is_taken_first(tiny: Any, hands: Any) -> None:
    ticks = with_ticks(tiny)
    await tiny.send(*(hands.raw(hands.complaint()) for _ in range(200)))
    tiny.harness.clock.move(timedelta(days=3))

    async def hold(*_: Any) -> None:
        await ticks.some(hands.happens)

    tiny.script.before = hold
    async with tiny.running_doors("jobs", "consumers"):
        until, effects = (await hands.happens(lambda: ticks.notes))[0]
        await tiny.effects(200)
    assert effects == 200
    assert until == hands.NOW + timedelta(days=3)


async def test_time_passes_as_far_as_every_topic_was_followed(tiny: Any, hands: Any) -> None:
    machine, first, second = Stepping(), Followed(), Followed()
    guard = Guard((first, second), Steady(machine))

    async def until() -> Any:
        async with tiny.database.transaction() as session:
            return await guard.until(session, machine.read().wall, hands.NOW)

    first.until = hands.NOW - HOUR
    assert await until() is None
    second.until = hands.NOW - 2 * HOUR
    assert await until() == second.until
    second.until = hands.NOW + HOUR
    assert await until() == first.until
    first.until = hands.NOW + HOUR
    assert await until() == hands.NOW


async def test_where_nothing_was_ever_told_time_passes(tiny: Any, hands: Any) -> None:
    ticks = with_ticks(tiny)
    async with tiny.running_doors("jobs"):
        await hands.happens(lambda: ticks.notes)
        tiny.harness.clock.move(HOUR)
        await hands.happens(lambda: ticks.notes[-1][0] == hands.NOW + HOUR)
        assert ticks.notes[0][0] == hands.NOW


async def test_a_job_that_has_more_to_do_goes_on_at_once(tiny: Any, hands: Any) -> None:
    left = list(range(5))

    async def work_off(_: Any) -> bool:
        left.pop()
        return bool(left)

    tiny.harness.service = replace(tiny.harness.service, jobs=(Job("more", HOUR, work_off),))
    async with tiny.running_doors("jobs"):
        await hands.happens(lambda: not left)


async def test_a_clock_that_jumps_holds_the_job_until_it_is_back(tiny: Any, hands: Any) -> None:
    ticks, machine = with_ticks(tiny), Stepping()
    tiny.harness.machine = machine
    async with tiny.running_doors("jobs"):
        await hands.happens(lambda: ticks.notes)
        for step in (HOUR, -HOUR):
            machine.by = step
            await ticks.some(hands.happens)
            held = len(ticks.notes)
            await doubted(tiny, hands)
            assert len(ticks.notes) == held
            machine.by = timedelta()
            await hands.happens(lambda held=held: len(ticks.notes) > held)
            assert not [one for one in await known(tiny) if one.doubted_since]


async def test_a_jump_while_nobody_looked_is_seen_at_start(tiny: Any, hands: Any) -> None:
    ticks, machine = with_ticks(tiny), Stepping()
    tiny.harness.machine = machine
    async with tiny.running_doors("jobs"):
        await hands.happens(lambda: ticks.notes)
    ticks.notes.clear()
    machine.by = -HOUR
    async with tiny.running_doors("jobs"):
        await doubted(tiny, hands)
    assert not ticks.notes


async def test_an_operator_confirms_the_clock_and_is_on_record(tiny: Any, hands: Any) -> None:
    ticks, machine = with_ticks(tiny), Stepping()
    tiny.harness.machine = machine
    async with tiny.running_doors("jobs"):
        await hands.happens(lambda: ticks.notes)
        machine.by = HOUR
        await doubted(tiny, hands)
        held = len(ticks.notes)
        async with tiny.database.transaction() as session:
            [one] = await steady.confirm(session, None, "the server was an hour slow", hands.NOW)
        assert one.machine == "here"
        await hands.happens(lambda: len(ticks.notes) > held)
        assert not (await known(tiny))[0].doubted_since
    [row] = await tiny.rows("SELECT action, subject, purpose FROM audit")
    assert tuple(row) == ("clock.confirm", "here", "the server was an hour slow")
    async with tiny.database.transaction() as session:
        assert (await audit.verify(session)).holds


async def test_both_clocks_that_jump_together_are_in_doubt(tiny: Any) -> None:
    machine = Stepping()
    watch = Steady(machine)
    assert await trusted(tiny, watch, machine)
    machine.by = HOUR
    assert not await trusted(tiny, watch, machine, database=HOUR)


async def test_a_clock_that_is_put_right_by_the_databases_needs_nobody(tiny: Any) -> None:
    machine = Stepping()
    watch = Steady(machine)
    machine.by = timedelta(seconds=4)
    assert await trusted(tiny, watch, machine)
    machine.by = timedelta()
    assert await trusted(tiny, watch, machine)


async def test_a_database_whose_clock_jumps_is_in_doubt(tiny: Any) -> None:
    machine = Stepping()
    watch = Steady(machine)
    assert await trusted(tiny, watch, machine)
    assert not await trusted(tiny, watch, machine, database=HOUR)
    assert await trusted(tiny, watch, machine)


async def test_sleep_and_small_adjustments_are_no_jumps(tiny: Any) -> None:
    machine = Stepping()
    watch = Steady(machine)
    for _ in range(10):
        assert await trusted(tiny, watch, machine, database=machine.by)
        machine.by += timedelta(milliseconds=400)
    machine.by, machine.asleep_s = machine.by + 8 * HOUR, 8 * 3600.0
    assert await trusted(tiny, watch, machine, database=machine.by)


async def test_a_machine_that_was_started_again_must_agree_with_the_database(tiny: Any) -> None:
    first = Stepping("first")
    assert await trusted(tiny, Steady(first), first)
    second = Stepping("second")
    second.by = -HOUR
    watch = Steady(second)
    assert not await trusted(tiny, watch, second)
    assert not await trusted(tiny, watch, second, database=-HOUR), "it is earlier than what was seen already"
    second.by = timedelta()
    assert await trusted(tiny, watch, second)


async def trusted(tiny: Any, watch: Steady, machine: Stepping, database: timedelta = timedelta()) -> bool:
    """Whether the clock is trusted while the database's is put forward by so much."""
    async with tiny.database.transaction() as session:
        return await watch.trusted(session, machine.read().wall - machine.by + database)


async def known(tiny: Any) -> list[steady.Witness]:
    async with tiny.database.transaction() as session:
        return await steady.witnesses(session)


async def doubted(tiny: Any, hands: Any) -> None:
    async def look() -> bool:
        return any(one.doubted_since for one in await known(tiny))

    await hands.until(look)
