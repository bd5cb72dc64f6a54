"""Lights turn once, at their own instants, after three days down, whatever is killed or amended meanwhile (rules 4)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aiokafka import ConsumerRecord
from tests.deployment import Deployment, business, deployed, until
from tests.journeys.bus import body, headers
from tests.journeys.conftest import Town, living
from tests.journeys.doing import act, finish, kind, tickets_of
from tests.load.bus import Reader
from tests.load.complaints import Generator
from tests.load.districts import District

MONDAY = datetime.fromisoformat("2026-11-16T10:00:00+08:00")
THURSDAY = MONDAY + timedelta(days=3)
OF_EACH = 12
A_DAY_A_SECOND = 24 * 60 * 60
NOTICED = {"public-holiday", "shifted-working-day"}
FRIDAY_OFF = ("2026-11-20,public-holiday,样例节", "2026-12-05,shifted-working-day,")
PAIR = ("sla-monitor", "sla-monitor-2")
_PATIENCE_S = 90.0


def _at(day: int) -> str:
    """Close of business of a day of November 2026."""
    return f"2026-11-{day}T09:00:00.000Z"


FINISHED = ("accept met", "contact met", "handle met")
ACCEPTED = (
    "accept met",
    f"contact overdue {_at(17)}",
    f"handle yellow {_at(18)}",
    f"handle red {_at(19)}",
)
LEFT_ALONE = (
    f"accept overdue {_at(17)}",
    "accept overdue",
    f"contact overdue {_at(18)}",
    f"handle yellow {_at(22)}",
    f"handle red {_at(23)}",
)
"""What must become of a ticket of Monday, by what its unit did on that day: deemed accepted where it did nothing, and
due on Monday, since a notice of Thursday gives the Friday off."""


class Case(NamedTuple):
    """A ticket, and what must be told of its clocks, in order."""

    ticket: str
    expected: tuple[str, ...]


@pytest.fixture
async def alone() -> AsyncIterator[Deployment]:
    """A district whose time is its own."""
    async with deployed() as made:
        yield made


async def test_three_days_down_and_killed_over_and_over_every_light_turns_once(
    alone: Deployment, tmp_path: Path
) -> None:
    async with living(alone, Generator(District.read(), "clocks"), BBCS_CLOCK=business(MONDAY)) as town:
        cases = [case for _ in range(OF_EACH) for case in await _lives(town)]
    clocks = Reader(alone.login("monitoring"), lambda topic: topic == "clocks")
    seen: list[ConsumerRecord] = []
    async with _running(alone, business(THURSDAY), "dispatch", *PAIR):
        await _told(clocks, seen, {one.ticket: [said for said in one.expected if _by(said, 18)] for one in cases})
        await asyncio.to_thread(_give_friday_off, alone, tmp_path / "notice.csv")
    async with _running(alone, business(THURSDAY, A_DAY_A_SECOND // 2), *PAIR):
        killing = asyncio.create_task(_kill_in_turn(alone))
        await _told(clocks, seen, {one.ticket: list(one.expected) for one in cases})
        killing.cancel()
    await clocks.read(seen.append)
    await clocks.close()
    assert {one.ticket: _changes(seen, one.ticket) for one in cases} == {one.ticket: [*one.expected] for one in cases}
    assert all(_numbers(seen, one.ticket) == list(range(1, len(_of(seen, one.ticket)) + 1)) for one in cases)
    assert {one.ticket: _moved(seen, one.ticket) for one in cases} == {
        one.ticket: [f"handle calendar {_at(23)}"] * (one.expected is LEFT_ALONE) for one in cases
    }
    assert await _alarming(alone, cases) == {one.ticket: _late(one.expected) for one in cases}


async def _lives(town: Town) -> list[Case]:
    """Three tickets: one is finished on the spot, one accepted, with one nothing is done."""
    made = []
    for expected in (FINISHED, ACCEPTED, LEFT_ALONE):
        form, _, unit = town.one("window")
        complaint = (await town.submit(form | {"submitted_at": MONDAY.isoformat()}))["complaint_id"]
        [ticket] = await tickets_of(town, complaint)
        if expected is not LEFT_ALONE:
            await act(town, ticket["ticket_id"], f"unit.{unit}", {"action": "accept"})
        if expected is FINISHED:
            done = await finish(town, complaint, unit)
            assert (await act(town, ticket["ticket_id"], f"unit.{unit}", done))["state"] == "finished"
        made.append(Case(ticket["ticket_id"], expected))
    return made


def _give_friday_off(district: Deployment, file: Path) -> None:
    """The year's notice again, with the Friday off and a Saturday worked for it."""
    days = district.bbcs("calendar", "show", "2026")["days"]
    lines = [f"{one['date']},{one['status']},{one['date'][:7]}" for one in days if one["status"] in NOTICED]
    file.write_text("\n".join(["date,status,holiday", *lines, *FRIDAY_OFF]), "utf-8")
    district.variables["BBCS_CLOCK"] = business(THURSDAY)
    two = ("--proposed-by", "centre/1", "--confirmed-by", "office/2")
    assert district.bbcs("calendar", "import", str(file), "--notice", "样例通知", "--apply", *two)["applied"]


@asynccontextmanager
async def _running(district: Deployment, clock: str, *names: str) -> AsyncIterator[None]:
    for name in names:
        district.add(name, name.removesuffix("-2"), BBCS_CLOCK=clock)
    try:
        await district.up(*names)
        yield
    finally:
        for name in names:
            district.kill(name)


async def _kill_in_turn(district: Deployment) -> None:
    while True:
        for name in PAIR:
            await asyncio.to_thread(district.kill, name)
            district.start(name)
            await district.ready(name)


async def _told(clocks: Reader, seen: list[ConsumerRecord], wanted: dict[str, list[str]]) -> None:
    """Return when of each ticket so much was told."""

    async def holds() -> bool:
        await clocks.read(seen.append)
        return all(len(_changes(seen, ticket)) >= len(changes) for ticket, changes in wanted.items())

    def missing() -> str:
        return str({one: _changes(seen, one) for one in wanted if len(_changes(seen, one)) < len(wanted[one])})

    await until(holds, _PATIENCE_S, missing)


def _by(said: str, day: int) -> bool:
    """Whether it is true by a day: verdicts are of Monday, or of the Tuesday of the deemed acceptance."""
    return said.count(" ") == 1 or said.rsplit(maxsplit=1)[-1] <= _at(day)


def _of(seen: list[ConsumerRecord], ticket: str) -> list[ConsumerRecord]:
    return [one for one in seen if one.key == ticket.encode()]


def _numbers(seen: list[ConsumerRecord], ticket: str) -> list[int]:
    return [int(headers(one)["ce_sequence"]) for one in _of(seen, ticket)]


def _changes(seen: list[ConsumerRecord], ticket: str) -> list[str]:
    """Each light that turned with its instant, each verdict without."""
    told = ((kind(one), body(one)) for one in _of(seen, ticket))
    return [
        f"{said['clock']} {said['verdict']}"
        if type_ == "clock.stopped.v1"
        else f"{said['clock']} {said['light']} {said['effective_at']}"
        for type_, said in told
        if type_ in {"clock.stopped.v1", "clock.turned.v1"}
    ]


def _moved(seen: list[ConsumerRecord], ticket: str) -> list[str]:
    """The clocks that are due anew, each with the cause and the new instant."""
    told = (body(one) for one in _of(seen, ticket) if kind(one) == "clock.moved.v1")
    return [f"{said['clock']} {said['cause']} {said['due_at']}" for said in told]


def _late(expected: tuple[str, ...]) -> set[str]:
    """The clocks that run and are late at the end."""
    ended = {said.split()[0] for said in expected if said.count(" ") == 1}
    return {said.split()[0] for said in expected if "red" in said or "overdue" in said} - ended


async def _alarming(district: Deployment, cases: list[Case]) -> dict[str, set[str]]:
    """What `alerts` says last of each ticket: the clocks that are late."""
    alerts, last = Reader(district.login("monitoring"), lambda topic: topic == "alerts"), dict[str, set[str]]()

    def see(record: Any) -> None:
        last[record.key.decode()] = {one["clock"] for one in body(record)["open"]}

    await alerts.read(see)
    await alerts.close()
    return {one.ticket: last.get(one.ticket, set()) for one in cases}
