"""Filling the calendar, amending it by a notice, and the alarm, on the real PostgreSQL."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.telemetry import metrics
from contracts.refusals import Refused
from sla_monitor import usecases
from sla_monitor.domain import Line
from sla_monitor.usecases import Amended, Notice

NEXT_YEAR = (
    *((f"2027-01-0{day}", "public-holiday", "元旦") for day in (1, 2, 3)),
    *((f"2027-02-{day:02}", "public-holiday", "春节") for day in range(5, 13)),
    ("2027-01-30", "shifted-working-day", ""),
    ("2027-02-20", "shifted-working-day", ""),
    *((f"2027-04-0{day}", "public-holiday", "清明节") for day in (3, 4, 5)),
    *((f"2027-05-0{day}", "public-holiday", "劳动节") for day in range(1, 6)),
    ("2027-05-08", "shifted-working-day", ""),
    ("2027-06-09", "public-holiday", "端午节"),
    ("2027-09-15", "public-holiday", "中秋节"),
    *((f"2027-10-0{day}", "public-holiday", "国庆节") for day in range(1, 8)),
    ("2027-10-09", "shifted-working-day", ""),
    ("2026-12-27", "shifted-working-day", ""),
)
"""An invented notice for 2027 that reaches back into December."""


def notice(name: str = "样例通知", **said: Any) -> Notice:
    lines = [Line(number, *one) for number, one in enumerate(NEXT_YEAR, 2)]
    two = {"proposed_by": "centre/1", "confirmed_by": "office/2"}
    return Notice(name, 2027, **{"lines": lines, **two, **said})


async def amend(desk: Any, said: Notice, *, apply: bool = True) -> Amended:
    async with desk.running.work() as work:
        return await usecases.amend(work, said, apply=apply)


async def tick(desk: Any, run: Any) -> None:
    async with desk.running.work() as work:
        await run(work)


async def told(desk: Any) -> dict[str, Any]:
    """The newest fact of each date."""
    found = await desk.rows("SELECT key, body FROM log WHERE topic = 'calendar' ORDER BY position")
    return {row.key: json.loads(row.body) for row in found}


async def count(desk: Any) -> tuple[int, int, int]:
    [row] = await desk.rows("""
        SELECT (SELECT count(*) FROM calendar_day) AS days, (SELECT count(*) FROM calendar_notice) AS notices,
            (SELECT count(*) FROM log) AS facts
    """)
    return row.days, row.notices, row.facts


async def test_the_calendar_is_filled_once_also_by_two_at_once(empty_desk: Any) -> None:
    await asyncio.gather(*(tick(empty_desk, usecases.seed) for _ in range(2)))
    days, notices, facts = await count(empty_desk)
    assert days == facts > 17_000
    assert notices == 1
    await tick(empty_desk, usecases.seed)
    assert await count(empty_desk) == (days, notices, facts)
    assert (await told(empty_desk))["2026-10-10"]["status"] == "shifted-working-day"


async def test_a_notice_is_tried_then_carried_out_then_changes_nothing(desk: Any) -> None:
    before = await count(desk)
    tried = await amend(desk, notice(), apply=False)
    assert (tried.problems, await count(desk)) == ((), before)
    done = await amend(desk, notice())
    assert (done.version, done.days) == (2, tried.days)
    assert (await amend(desk, notice())).days == []
    days, notices, facts = await count(desk)
    assert (days, notices, facts - before[2]) == (before[0], 2, len(done.days))
    newest = await told(desk)
    december = newest["2026-12-27"]
    assert december == {
        "date": "2026-12-27",
        "status": "shifted-working-day",
        "notice": "样例通知",
        "revision": 2,
        "provisional": False,
    }
    assert newest["2026-12-28"]["revision"] == 1
    assert not any(one["provisional"] for key, one in newest.items() if key.startswith("2027"))


async def test_a_running_service_counts_by_the_new_notice(desk: Any) -> None:
    asked = {"accepted_at": "2026-12-25T10:00:00+08:00", "complexity": "simple"}
    before = (await desk.get("/v1/due-dates", **asked)).json()["clocks"]["contact"]["due_at"]
    await amend(desk, notice())
    after = (await desk.get("/v1/due-dates", **asked)).json()["clocks"]["contact"]["due_at"]
    assert (before, after) == ("2026-12-28T09:00:00.000Z", "2026-12-27T09:00:00.000Z")


async def test_what_is_wrong_changes_nothing(desk: Any) -> None:
    before = await count(desk)
    wrong = await amend(desk, notice(lines=[Line(2, "2027-02-30", "public-holiday", "春节")]))
    assert "date.unknown" in {one.code for one in wrong.problems}
    assert (wrong.days, await count(desk)) == ((), before)


@pytest.mark.parametrize(
    ("said", "code"),
    [({"confirmed_by": None}, "second-person.missing"), ({"confirmed_by": "centre/1"}, "second-person.same")],
)
async def test_it_takes_two_persons(said: dict[str, Any], code: str, desk: Any) -> None:
    with pytest.raises(Refused, match=code):
        await amend(desk, notice(**said))


async def test_the_alarm_is_raised_from_15_november_in_shanghai_until_the_notice_is_there(desk: Any) -> None:
    for at, raised in ((datetime(2026, 11, 14, 15, 59, tzinfo=UTC), 0), (datetime(2026, 11, 14, 16, tzinfo=UTC), 1)):
        desk.clock.set(at)
        await tick(desk, usecases.alarm)
        assert metrics.REGISTRY.get_sample_value("bbcs_calendar_notice_missing") == raised
    await amend(desk, notice())
    await tick(desk, usecases.alarm)
    assert metrics.REGISTRY.get_sample_value("bbcs_calendar_notice_missing") == 0
