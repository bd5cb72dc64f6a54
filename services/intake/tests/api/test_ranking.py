"""`POST /v1/matters/rank`, and candidates on what is registered without a matter."""

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from contracts.complaints import ComplaintRegistered
from contracts.directory import MatterListed

Rank = Callable[..., Awaitable[httpx2.Response]]
Body = Callable[..., bytes]
NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
_NUMBERS = itertools.count()
SAND = "000114001000"
PLACE = "310151000000"
SAID = {"subject": "河道采砂许可", "text": "窗口不给办采砂许可", "limit": 3}


@pytest.fixture
def rank(intake: Any, listed: None) -> Rank:
    """Asks for matters."""

    async def ask(said: Any, who: str = "centre") -> httpx2.Response:
        answer: httpx2.Response = await intake.client.post(
            "/v1/matters/rank", json=said, headers=intake.credential(who)
        )
        return answer

    return ask


@pytest.mark.parametrize("said", [SAID, SAID | {"subject": "caisha xuke"}, SAID | {"subject": "x", "text": "csxk"}])
async def test_a_matter_is_ranked_with_its_unit_a_score_and_why(rank: Rank, said: Any) -> None:
    answer = await rank(said)
    assert answer.status_code == 200
    first = answer.json()[0]
    assert (first["matter"], first["unit"], first["certain"]) == (SAND, "hrss", False)
    assert 0 < first["score"] <= 1
    assert set(first["why"]) & {"河道采砂许可", "采砂许可"}


@pytest.mark.parametrize("who", ["centre", "service.revisit", "channel.window", "unit.hrss"])
async def test_whoever_signs_in_may_ask(rank: Rank, who: str) -> None:
    assert (await rank(SAID, who)).status_code == 200


async def test_nobody_asks_without_a_credential(intake: Any, refused: Any) -> None:
    assert refused(await intake.client.post("/v1/matters/rank", json=SAID)) == "credential.missing"


@pytest.mark.parametrize(
    "said", [{}, SAID | {"limit": 0}, SAID | {"limit": 21}, SAID | {"more": 1}, SAID | {"text": "话" * 10_001}, []]
)
async def test_what_is_no_question_is_refused(rank: Rank, refused: Any, said: Any) -> None:
    assert refused(await rank(said)) == "request.invalid"


async def test_at_most_so_many_are_answered(rank: Rank) -> None:
    assert len((await rank(SAID | {"limit": 1})).json()) == 1


async def test_a_complaint_without_a_matter_is_told_with_candidates_and_no_word_of_it(
    rank: Rank, post: Any, body: Body, unique: str, intake: Any
) -> None:
    answer = await post(body(source_id=unique, subject="采砂许可", matter_code=None))
    unnamed = await _told(intake, answer.json()["complaint_id"])
    assert [(one.matter, one.unit) for one in unnamed.candidates] == [(SAND, "hrss")]
    assert unnamed.ranked_by is None
    assert "社保" not in unnamed.model_dump_json()


async def test_so_is_one_whose_matter_is_not_listed(
    rank: Rank, post: Any, body: Body, unique: str, intake: Any
) -> None:
    answer = await post(body(source_id=unique, subject="采砂许可", matter_code="310151000123"))
    unlisted = await _told(intake, answer.json()["complaint_id"])
    assert unlisted.matter_code == "310151000123"
    assert [one.matter for one in unlisted.candidates] == [SAND]


@pytest.mark.parametrize("said", [{"matter_code": SAND}, {"solved": {"reply": "已当场登记", "cause": "other"}}])
async def test_a_listed_matter_or_one_solved_on_the_spot_is_told_without(
    rank: Rank, post: Any, body: Body, unique: str, intake: Any, said: dict[str, Any]
) -> None:
    answer = await post(body(source_id=unique, subject="采砂许可", **{"matter_code": None} | said))
    assert (await _told(intake, answer.json()["complaint_id"])).candidates == ()


async def _told(intake: Any, complaint_id: str) -> ComplaintRegistered:
    rows = await intake.rows(
        "SELECT body FROM log WHERE key = :key AND type = 'complaint.registered.v1'", key=complaint_id
    )
    return ComplaintRegistered.parse(rows[0].body)


async def test_what_is_no_longer_listed_is_not_found(rank: Rank, tell_directory: Any) -> None:
    listed = MatterListed(code="000114009000", name="水上飞机驾照", version=1, listed_at=NOW)
    asked = {"subject": "水上飞机驾照", "text": "", "limit": 5}
    await tell_directory(listed)
    assert (await rank(asked)).json()[0]["matter"] == listed.code
    await tell_directory(listed.model_copy(update={"version": 2, "listed": False}), listed)
    assert listed.code not in json.dumps((await rank(asked)).json())


async def test_many_at_once_are_answered(rank: Rank) -> None:
    answers = await asyncio.gather(*(rank(SAID) for _ in range(20)))
    assert {one.status_code for one in answers} == {200}
