"""What was finished before finishes were counted is counted by its own date, as dispatch's log has it."""

import importlib.util
from typing import Any
from uuid import UUID

import pytest

from chassis.gaps import NotReached
from chassis.testing import lives
from contracts import tickets
from contracts.base import Fact
from contracts.vocabulary import Cause
from revisit import jobs
from revisit.app import service

MATTER = "000114008000"


def ids(number: int) -> dict[str, Any]:
    return {"ticket_id": UUID(int=number), "complaint_id": UUID(int=number + 1_000_000)}


def opened(number: int) -> Fact:
    return lives.opened().model_copy(update=ids(number) | {"matter_code": MATTER})


def finished(number: int, when: str, cause: Cause = Cause.SYSTEM_FAULT) -> Fact:
    return lives.finished(when).model_copy(update=ids(number) | {"cause": cause})


def reopened(number: int, when: str) -> Fact:
    return tickets.TicketReopened(**ids(number), unit="hrss", round=2, reopened_at=lives.at(when), by="centre/1")


@pytest.fixture
async def upgraded(bare_desk: Any, dates: Any, dispatch: Any) -> Any:
    """The desk with tickets of before: finished, finished twice for other causes, and open again."""
    await bare_desk.set_days(*dates(lives.at("01 10:00").date(), 90))
    for facts in (
        [opened(1), finished(1, "02 10:00")],
        [opened(2), finished(2, "03 10:00"), reopened(2, "04 10:00"), finished(2, "05 10:00", Cause.OTHER)],
        [opened(3), finished(3, "03 10:00"), reopened(3, "04 10:00")],
    ):
        await dispatch.tell(*facts)
        await bare_desk.follow(*facts)
    for table in ("counted", "blockage_span"):
        await bare_desk.rows(f"DELETE FROM {table}")
    [file] = service.migrations.glob("versions/0006_*.py")
    spec = importlib.util.spec_from_file_location("uncounted", file)
    assert spec
    assert spec.loader
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    await bare_desk.rows(module._FILL)
    return bare_desk


async def claimed(desk: Any) -> Any:
    async with desk.harness.work() as work:
        return await jobs.recount.claim(work, jobs.recount.most)


async def recount(desk: Any) -> None:
    """A round of the errand."""
    for batch in await claimed(desk):
        found = await jobs.recount.carry_out(desk.harness.running.kit, batch)
        async with desk.harness.work() as work:
            await jobs.recount.settle(work, batch, found)


async def ranked(desk: Any, **asked: Any) -> list[tuple[str, int]]:
    return [(one["cause"], one["finishes"]) for one in (await desk.get("/v1/blockages", **asked)).json()]


async def test_the_finish_that_holds_is_counted_by_its_date(upgraded: Any, dispatch: Any) -> None:
    assert await ranked(upgraded) == []
    async with dispatch.open():
        await recount(upgraded)
    assert await ranked(upgraded) == [("other", 1), ("system-fault", 1)]
    assert await ranked(upgraded, until="2026-11-02", days=1) == [("system-fault", 1)]
    assert await upgraded.rows("SELECT FROM uncounted") == []


async def test_what_happens_meanwhile_is_not_counted_twice(upgraded: Any, dispatch: Any) -> None:
    [batch] = await claimed(upgraded)
    async with dispatch.open():
        found = await jobs.recount.carry_out(upgraded.harness.running.kit, batch)
    await upgraded.follow(reopened(1, "06 10:00"))
    await upgraded.follow(reopened(2, "06 10:00"), finished(2, "07 10:00", Cause.POLICY_GAP))
    for _ in range(2):
        async with upgraded.harness.work() as work:
            await jobs.recount.settle(work, batch, found)
    assert await ranked(upgraded) == [("policy-gap", 1)]


async def test_while_dispatch_is_away_nothing_is_lost(upgraded: Any, dispatch: Any) -> None:
    with pytest.raises(NotReached):
        await recount(upgraded)
    assert await claimed(upgraded) == []
    await upgraded.rows("UPDATE uncounted SET ask_at = now()")
    async with dispatch.open():
        await recount(upgraded)
    assert await ranked(upgraded) == [("other", 1), ("system-fault", 1)]


async def test_what_repeated_before_is_improved_like_what_repeats(upgraded: Any, dispatch: Any) -> None:
    object.__setattr__(upgraded.harness.running.kit.bar, "finishes", 1)
    async with dispatch.open():
        await recount(upgraded)
    told = await upgraded.rows("SELECT causation FROM log WHERE type = 'improvement.proposed.v1' ORDER BY position")
    finishes = await dispatch.harness.rows("SELECT id FROM log WHERE type = 'ticket.finished.v1'")
    assert len(told) == 2
    assert {row.causation for row in told} <= {str(row.id) for row in finishes}
