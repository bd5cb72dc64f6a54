"""`GET /v1/complaints/{id}/ranking`: why a complaint may be about what, for those who may see it."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx2
import pytest

Body = Callable[..., bytes]
Ask = Callable[..., Awaitable[httpx2.Response]]
SAND = "000114001000"
UNLISTED = "310151000123"


@pytest.fixture
def ask(intake: Any) -> Ask:
    """Asks why."""

    async def asked(complaint_id: object, who: str = "centre", **params: Any) -> httpx2.Response:
        answer: httpx2.Response = await intake.client.get(
            f"/v1/complaints/{complaint_id}/ranking",
            params={"purpose": "handling"} | params,
            headers=intake.credential(who),
        )
        return answer

    return asked


@pytest.fixture
async def complaint_id(post: Any, body: Body, unique: str, listed: None) -> str:
    """A complaint without a matter."""
    said = body(source_id=unique, subject="采砂许可", text="窗口说系统里查不到，不给采砂证", matter_code=None)
    return str((await post(said)).json()["complaint_id"])


async def test_the_words_that_counted_are_said(ask: Ask, complaint_id: str) -> None:
    answer = await ask(complaint_id)
    assert answer.status_code == 200
    said = answer.json()
    assert (said["complaint_id"], said["ranked_by"]) == (complaint_id, None)
    [first] = said["candidates"]
    assert (first["matter"], first["name"], first["unit"]) == (SAND, "河道采砂许可", "hrss")
    assert set(first["why"]) <= {"河道采砂许可", "采砂许可", "采砂证"}
    assert first["why"]


async def test_who_looked_is_written_down_before_it_is_answered(ask: Ask, complaint_id: str, intake: Any) -> None:
    seen = "audit WHERE subject = :id AND principal = :who AND action = 'complaint.read' AND purpose = 'supervision'"
    for who in ("centre", "service.revisit"):
        assert (await ask(complaint_id, who, purpose="supervision")).status_code == 200
        assert await intake.count(seen, id=complaint_id, who=who) == 1


async def test_a_unit_that_takes_part_may_ask(ask: Ask, complaint_id: str, intake: Any, dispatched: Any) -> None:
    await intake.tell(dispatched(UUID(complaint_id), "hrss"))
    await intake.until(lambda: intake.count("participant WHERE complaint_id = :id", id=UUID(complaint_id)))
    assert (await ask(complaint_id, "unit.hrss")).status_code == 200


@pytest.mark.parametrize("who", ["unit.civil", "channel.window"])
async def test_nobody_else_may(ask: Ask, complaint_id: str, refused: Any, intake: Any, who: str) -> None:
    assert refused(await ask(complaint_id, who)) == "principal.not-allowed"
    assert await intake.count("audit WHERE subject = :id", id=complaint_id) == 0


@pytest.mark.parametrize("purpose", ["", "curiosity"])
async def test_it_takes_a_purpose(ask: Ask, complaint_id: str, refused: Any, purpose: str) -> None:
    assert refused(await ask(complaint_id, purpose=purpose)) == "purpose.missing"


@pytest.mark.parametrize("limit", [0, 21, "x"])
async def test_what_is_no_number_of_candidates_is_refused(
    ask: Ask, complaint_id: str, refused: Any, limit: object
) -> None:
    assert refused(await ask(complaint_id, limit=limit)) == "request.invalid"


async def test_a_complaint_that_is_none_is_unknown(ask: Ask, refused: Any) -> None:
    assert refused(await ask(UUID(int=1))) == "complaint.unknown"
