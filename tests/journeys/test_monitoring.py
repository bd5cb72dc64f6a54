"""A monitoring system that has no code of ours learns what is red from Kafka alone, and notes each change once."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.deployment import ROOT, Deployment, until
from tests.journeys.programs import PYTHON, made, said_by, started
from tests.load.bus import Reader

from chassis.clock import MovableClock
from chassis.testing import Harness, lives
from contracts.base import Fact
from contracts.vocabulary import Complexity
from sla_monitor import usecases
from sla_monitor.app import service

_PATIENCE_S = 60.0
_NOWHERE = "http://127.0.0.1:1"
FIRST, SECOND, THIRD = (UUID(int=7_000_000 + number) for number in range(3))


@pytest.fixture
async def monitor(district: Deployment) -> AsyncIterator[Harness]:
    """Sla-monitor at an hour that the test chooses, telling on the district's topics."""
    nobody = {"dispatch_url": _NOWHERE, "dispatch_key": "-", "revisit_url": _NOWHERE, "revisit_key": "-"}
    harness = await Harness.make(service, district.servers, MovableClock(lives.at("24 10:00")), **nobody)
    try:
        async with harness.doors("relay"):
            yield harness
    finally:
        await harness.close()


async def follow(monitor: Harness, when: str, *facts: Fact) -> None:
    """Facts of tickets come then, and lights have turned by then."""
    monitor.clock.set(lives.at(when))
    async with monitor.work() as work:
        await usecases.follow(work, list(facts))  # type: ignore[arg-type]
    async with monitor.work() as work:
        await usecases.sweep(work)


def of(ticket: UUID, *facts: Fact) -> list[Fact]:
    return [one.model_copy(update={"ticket_id": ticket}) for one in facts]


@asynccontextmanager
async def watching(home: Path, district: Deployment) -> AsyncIterator[None]:
    """The program runs; it is ended as by kill -9."""
    login = district.login("monitoring")
    settings = {"BOOTSTRAP": login.servers, "PASSWORD": login.password}
    process = await started((".venv/bin/python", "monitoring.py"), home, settings)
    try:
        yield
    finally:
        process.kill()
        await process.wait()


def journal(home: Path) -> list[dict[str, Any]]:
    """What the program has noted of changes, in order."""
    file = home / "monitoring.jsonl"
    lines = file.read_text().splitlines(keepends=True) if file.exists() else []
    return [said for line in lines if line.endswith("\n") and "what" in (said := json.loads(line))]


async def told(district: Deployment, topic: str, tickets: Sequence[UUID]) -> list[tuple[str, str, int]]:
    """What stands on a topic of these tickets: topic, ticket and number of each fact."""
    found: list[tuple[str, str, int]] = []
    keys = {str(one).encode() for one in tickets}
    reader = Reader(district.login("admin"), lambda name: name == topic)

    def look(record: Any) -> None:
        if record.key in keys:
            found.append((topic, record.key.decode(), int(dict(record.headers)["ce_sequence"])))

    try:
        await reader.read(look)
    finally:
        await reader.close()
    return found


async def noted(home: Path, what: str) -> None:
    """Return when the program has noted something that ends so."""

    async def holds() -> bool:
        return any(one["what"].endswith(what) for one in journal(home))

    await until(holds, _PATIENCE_S, lambda: f"{what}; it said {said_by(home).read_text()[-2000:]}")


async def says(home: Path, words: str) -> None:
    """Return when the program has said something."""

    async def holds() -> bool:
        return said_by(home).exists() and words in said_by(home).read_text()

    await until(holds, _PATIENCE_S, lambda: f"{words}; it said {said_by(home).read_text()[-2000:]}")


async def test_what_is_red_is_known_and_each_change_is_noted_once(
    monitor: Harness, district: Deployment, tmp_path: Path
) -> None:
    home = await made(ROOT / "examples" / "monitoring", PYTHON, tmp_path / "monitoring")
    life = (lives.opened(), lives.dispatched(), lives.accepted("24 11:00", Complexity.SIMPLE))
    await follow(monitor, "24 18:00", *of(FIRST, *life), *of(SECOND, lives.opened(), lives.dispatched()))
    await _are_told(district, ("alerts", FIRST), ("clocks", SECOND))
    async with watching(home, district):
        await says(home, f"now: {FIRST}: handle/1 of hrss, due 2026-11-24T09:00:00.000Z, red")
        assert journal(home) == []
        await follow(monitor, "25 10:00", *of(FIRST, lives.finished("25 10:00")))
        await noted(home, "red, time, ended")
    _tear(home)
    await follow(monitor, "25 18:00", *of(THIRD, *life))
    await follow(monitor, "26 09:00", *of(SECOND, lives.accepted("25 16:00")))
    await _are_told(district, ("alerts", THIRD), ("alerts", SECOND))
    async with watching(home, district):
        await _has_noted_all(home, district)
        await noted(home, "running, corrected")
        await says(home, f"now: {THIRD}: contact/1")
    count, late = _last_picture(home)
    assert count == len(late)
    assert late & {str(one) for one in (FIRST, SECOND, THIRD)} == {str(THIRD)}


def _last_picture(home: Path) -> tuple[int, set[str]]:
    """How many tickets were red or overdue when the program was started last, and which: other journeys' too."""
    now = [line.split() for line in said_by(home).read_text().splitlines() if line.startswith("now: ")]
    heads = [place for place, words in enumerate(now) if words[2:] == ["red", "or", "overdue"]]
    return int(now[heads[-1]][1]), {words[1].rstrip(":") for words in now[heads[-1] + 1 :]}


async def _are_told(district: Deployment, *wanted: tuple[str, UUID]) -> None:
    """Return when something of each ticket stands on its topic."""

    async def holds() -> bool:
        return all([await told(district, topic, [ticket]) for topic, ticket in wanted])

    await until(holds, _PATIENCE_S, "what was told to stand on its topic")


def _tear(home: Path) -> None:
    """The program was killed in the middle of a line, and had noted the one before."""
    with (home / "monitoring.jsonl").open("ab") as out:
        out.write(b'{"read": {"alerts/0": 99')


async def _has_noted_all(home: Path, district: Deployment) -> None:
    """Return when every fact of the second and third ticket is noted; each fact at most once, in order."""

    async def holds() -> bool:
        wanted = [one for topic in ("alerts", "clocks") for one in await told(district, topic, [SECOND, THIRD])]
        return {one for one in wanted if one[2] > _BEFORE.get((one[0], one[1]), 0)} <= set(_numbers(home))

    await until(holds, _PATIENCE_S, lambda: f"all to be noted; it said {said_by(home).read_text()[-2000:]}")
    numbers = _numbers(home)
    assert len(numbers) == len(set(numbers))
    for topic, ticket in {one[:2] for one in numbers}:
        of_one = [number for *where, number in numbers if tuple(where) == (topic, ticket)]
        assert of_one == sorted(of_one)


_BEFORE = {("clocks", str(SECOND)): 1}
"""The acceptance of the second ticket had begun to be waited for before the program was started first."""


def _numbers(home: Path) -> list[tuple[str, str, int]]:
    """Topic, ticket and number of every fact that is noted."""
    return [(next(iter(one["read"])).rpartition("/")[0], one["ticket_id"], one["sequence"]) for one in journal(home)]
