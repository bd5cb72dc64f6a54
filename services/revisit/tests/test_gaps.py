"""Facts of tickets that did not come by the topic are followed from dispatch's log (decision 0023)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from chassis.consumer import Message
from chassis.testing import lives
from contracts import tickets
from contracts.base import Fact

OPENED, DISPATCHED, FINISHED, REOPENED, AGAIN = range(5)
MATTER = "000114008000"


def life(number: int) -> list[Fact]:
    """Opened, finished, opened again, finished again."""
    ids: dict[str, Any] = {"ticket_id": UUID(int=number), "complaint_id": UUID(int=number + 1_000_000)}
    facts = [
        lives.opened().model_copy(update={"matter_code": MATTER}),
        lives.dispatched(),
        lives.finished("24 10:00"),
        tickets.TicketReopened(**ids, unit="hrss", round=2, reopened_at=lives.at("24 11:00"), by="centre/1"),
        lives.finished("24 12:00"),
    ]
    return [one.model_copy(update=ids) for one in facts]


@pytest.fixture
async def follower(bare_desk: Any, dates: Any) -> Any:
    """The desk with a calendar of plain weeks; no ticket was heard of."""
    await bare_desk.set_days(*dates(lives.at("01 10:00").date(), 90))
    return bare_desk


async def take(desk: Any, messages: Sequence[Message]) -> None:
    """A batch comes by the topic."""
    await desk.harness.running.takers[0].take(messages)


async def planned(desk: Any, number: int) -> list[tuple[Any, ...]]:
    """What was told of a ticket, but for ids: types, instants, and how the revisits ended."""
    found = await desk.rows(
        """
        SELECT type, body ->> 'due_at' AS due_at, body ->> 'kind' AS kind, body ->> 'result' AS result FROM (
            SELECT sequence, type, convert_from(body, 'UTF8')::jsonb AS body FROM log
            WHERE topic = 'revisits' AND key = :key
        ) AS told ORDER BY sequence
        """,
        key=str(UUID(int=number)),
    )
    return [tuple(row) for row in found]


async def parked(desk: Any) -> list[tuple[str, int]]:
    return [(row.code, row.offset) for row in await desk.rows('SELECT code, "offset" FROM parked ORDER BY n')]


@pytest.mark.parametrize("held_back", [[OPENED], [FINISHED], [REOPENED], [DISPATCHED, FINISHED], [0, 1, 2, 3]])
async def test_what_did_not_come_is_followed_as_if_it_had(follower: Any, dispatch: Any, held_back: list[int]) -> None:
    await dispatch.tell(*life(1), *life(2))
    complete, whole = await dispatch.sent(UUID(int=1)), await dispatch.sent(UUID(int=2))
    async with dispatch.open():
        await take(follower, whole)
        await take(follower, [one for place, one in enumerate(complete) if place not in held_back])
    first = await planned(follower, 1)
    assert [type_ for type_, *_ in first] == [*["revisit.planned.v1"] * 2, *["revisit.closed.v1"] * 2] + [
        "revisit.planned.v1"
    ] * 2
    assert first == await planned(follower, 2)
    await take(follower, complete)
    assert await planned(follower, 1) == first
    assert await parked(follower) == []
    [ranked] = (await follower.get("/v1/blockages")).json()
    assert (ranked["matter_code"], ranked["finishes"]) == (MATTER, 2)


async def test_what_nobody_has_is_parked_and_the_rest_goes_on(follower: Any, dispatch: Any) -> None:
    await dispatch.tell(*life(1), *life(2))
    first, second = await dispatch.sent(UUID(int=1)), await dispatch.sent(UUID(int=2))
    await dispatch.harness.rows("DELETE FROM log WHERE key = :key AND sequence = 3", key=str(UUID(int=1)))
    async with dispatch.open():
        await take(follower, [first[OPENED], first[REOPENED], *second])
    assert await parked(follower) == [("fact.gap", first[REOPENED].offset)]
    assert await planned(follower, 1) == []
    assert len(await planned(follower, 2)) == 6


async def test_of_a_ticket_of_before_facts_are_counted_from_the_next_on(follower: Any, dispatch: Any) -> None:
    await dispatch.tell(*life(1))
    complete = await dispatch.sent(UUID(int=1))
    await take(follower, complete[:REOPENED])
    await follower.rows("UPDATE ticket SET followed = NULL")
    await take(follower, complete[REOPENED:AGAIN])
    [row] = await follower.rows("SELECT followed, closed_at FROM ticket")
    assert (row.followed, row.closed_at) == (4, None)
    await take(follower, complete)
    assert len(await planned(follower, 1)) == 6
