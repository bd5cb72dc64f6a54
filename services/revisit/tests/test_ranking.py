"""What is ranked is what tickets count for, ticket by ticket, whatever weeks and months a window begins and ends in."""

import importlib.util
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from chassis.testing import lives
from chassis.testing.lives import at
from contracts import tickets
from contracts.vocabulary import Cause
from revisit.app import service

_MATTERS = ("000114008000", "000115000000", "000116000000")
_CAUSES = (Cause.SYSTEM_FAULT, Cause.OTHER)
_UNITS = ("hrss", "tax")
_ONE_BY_ONE = """
    SELECT matter_code, cause, count(*) AS finishes FROM counted
    WHERE CAST(finished_at AT TIME ZONE 'Asia/Shanghai' AS date) BETWEEN :first AND :last
        AND (CAST(:unit AS text) IS NULL OR unit = :unit)
    GROUP BY 1, 2 ORDER BY finishes DESC, 1, 2
"""
_DAYS = "CREATE TABLE blockage_day (day date, blockage_id integer, unit text, finishes integer)"
_KEPT = "INSERT INTO blockage_day SELECT first, blockage_id, unit, finishes FROM blockage_span WHERE days = 1"
_SPANS = "SELECT * FROM blockage_span WHERE finishes > 0 ORDER BY blockage_id, days, first, unit"


def life(random: Random, number: int) -> Iterator[tickets.TicketFact]:
    """A ticket that was finished within 130 days; one in three was opened again, and half of these finished again."""
    ids: dict[str, Any] = {"ticket_id": UUID(int=1000 + number), "complaint_id": UUID(int=5000 + number)}
    when = at("25 09:00") - timedelta(minutes=random.randrange(130 * 24 * 60))
    yield lives.opened().model_copy(update=ids | {"matter_code": random.choice(_MATTERS)})
    yield finished(random, ids, when)
    if random.random() < 0.3:
        yield tickets.TicketReopened(**ids, unit="hrss", round=2, reopened_at=when + timedelta(hours=1), by="centre/1")
        if random.random() < 0.5:
            yield finished(random, ids, min(when + timedelta(days=random.randrange(1, 40)), at("25 09:30")))


def finished(random: Random, ids: dict[str, Any], when: Any) -> tickets.TicketFact:
    said = {"cause": random.choice(_CAUSES), "unit": random.choice(_UNITS), "finished_at": when}
    return lives.finished("24 10:00").model_copy(update=ids | said)


@pytest.fixture
async def busy(bare_desk: Any, dates: Any) -> Any:
    """The desk after 100 tickets, heard of fact by fact and twice."""
    random = Random(5)
    await bare_desk.set_days(*dates(date(2026, 6, 1), 250))
    for number in range(100):
        for fact in life(random, number):
            await bare_desk.follow(fact)
            await bare_desk.follow(fact)
    return bare_desk


async def ranked(desk: Any, last: date, days: int, unit: str | None) -> list[tuple[str, str, int]]:
    asked = {"until": str(last), "days": days} | ({"unit": unit} if unit else {})
    answer = await desk.get("/v1/blockages", **asked)
    assert answer.status_code == 200, answer.text
    return [(one["matter_code"], one["cause"], one["finishes"]) for one in answer.json()]


async def test_each_window_ranks_what_counts_ticket_by_ticket(busy: Any) -> None:
    random = Random(6)
    for _ in range(150):
        last, days = date(2026, 11, 27) - timedelta(random.randrange(70)), random.randrange(1, 93)
        unit = random.choice((None, *_UNITS))
        asked = {"first": last - timedelta(days - 1), "last": last, "unit": f"unit.{unit}" if unit else None}
        found = [tuple(row) for row in await busy.rows(_ONE_BY_ONE, **asked)]
        assert await ranked(busy, last, days, unit) == found, asked
    assert len(await ranked(busy, date(2026, 11, 27), 92, None)) == len(_MATTERS) * len(_CAUSES)


async def test_the_upgrade_counts_together_what_was_counted_by_day(busy: Any) -> None:
    before = await busy.rows(_SPANS)
    await busy.rows(_DAYS)
    await busy.rows(_KEPT)
    await busy.rows("DELETE FROM blockage_span")
    [file] = service.migrations.glob("versions/0004_*.py")
    spec = importlib.util.spec_from_file_location("spans", file)
    assert spec
    assert spec.loader
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    await busy.rows(module._FILL)
    assert await busy.rows(_SPANS) == before
