"""The reporter's own word over HTTP: by receipt and secret, once for each reply (rules 5.2)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from chassis.clock import new_id
from contracts.base import read
from contracts.complaints import ComplaintRated
from contracts.tickets import TicketFinished, TicketReopened
from contracts.vocabulary import Cause

Body = Callable[..., bytes]
Post = Callable[..., Awaitable[httpx2.Response]]
Refused = Callable[[httpx2.Response], str]


def finished(complaint: str, at: datetime) -> TicketFinished:
    ids: dict[str, Any] = {"ticket_id": UUID(complaint), "complaint_id": UUID(complaint), "reply_id": UUID(complaint)}
    return TicketFinished(**ids, unit="hrss", done_id=None, cause=Cause.OTHER, finished_at=at, by="unit.hrss/0412")


@pytest.fixture
async def mine(post: Post, body: Body, unique: str) -> Any:
    """What a reporter was given."""
    return (await post(body(source_id=unique))).json()


def word(given: Any, **more: Any) -> dict[str, Any]:
    return {"word_id": str(new_id(_now())), "secret": given["secret"], "solved": False} | more


@pytest.fixture
def say(intake: Any) -> Callable[..., Awaitable[httpx2.Response]]:
    """Says something by a receipt, over a channel."""

    async def said(given: Any, channel: str = "window", **form: Any) -> httpx2.Response:
        address = f"/v1/complaints/{given['receipt']}/words"
        answer: httpx2.Response = await intake.client.post(
            address, json=form, headers=intake.credential(f"channel.{channel}")
        )
        return answer

    return said


async def closed(intake: Any, given: Any, at: datetime) -> None:
    """The ticket is finished, and intake has heard so."""
    await intake.tell(finished(given["complaint_id"], at))
    asked = "SELECT count(*) AS n FROM closing WHERE complaint_id = :id AND closed_at = :at"

    async def heard() -> bool:
        [row] = await intake.rows(asked, id=UUID(given["complaint_id"]), at=at)
        return bool(row.n)

    await intake.until(heard)


def _now(**earlier: float) -> datetime:
    """So long before intake's clock begins."""
    return datetime(2026, 11, 25, 2, tzinfo=UTC) - timedelta(**earlier)


async def test_one_tap_says_that_it_is_not_solved_and_said_again_it_is_one(intake: Any, mine: Any, say: Any) -> None:
    at = _now(hours=1)
    await closed(intake, mine, at)
    form = word(mine)

    answers = await asyncio.gather(*(say(mine, **form) for _ in range(4)))

    assert {(one.status_code, one.text) for one in answers} == {(200, answers[0].text)}
    told = [read(one.headers, one.value).fact for one in await intake.told("complaints", mine["complaint_id"])]
    [fact] = [one for one in told if isinstance(one, ComplaintRated)]
    assert (str(fact.word_id), fact.rating, fact.solved, fact.closed_at) == (form["word_id"], None, False, at)


async def test_a_second_word_is_refused_until_the_next_reply(
    intake: Any, mine: Any, say: Any, refused: Refused
) -> None:
    assert refused(await say(mine, **word(mine))) == "word.not-finished"
    await closed(intake, mine, _now(hours=3))
    first = word(mine, rating=1)
    assert (await say(mine, **first)).status_code == 200
    assert refused(await say(mine, **word(mine, rating=5, solved=True))) == "word.said"
    assert refused(await say(mine, **first | {"rating": 2})) == "action.different-body"

    ids: dict[str, Any] = {name: UUID(mine["complaint_id"]) for name in ("ticket_id", "complaint_id")}
    await intake.tell(TicketReopened(**ids, unit="hrss", round=2, reopened_at=_now(hours=2), by="centre/1"))
    await closed(intake, mine, _now(hours=1))
    assert (await say(mine, **word(mine, rating=5, solved=True))).status_code == 200
    assert (await say(mine, **first)).json()["rating"] == 1


async def test_who_does_not_have_the_secret_says_nothing(intake: Any, mine: Any, say: Any, refused: Refused) -> None:
    await closed(intake, mine, _now(hours=1))
    assert refused(await say(mine, **word(mine, secret="0000-0000-0000-0000"))) == "receipt.unknown"
    assert refused(await say({"receipt": "20261125-0000-00000"}, **word(mine))) == "receipt.unknown"
    for who in ("centre", "unit.hrss"):
        address = f"/v1/complaints/{mine['receipt']}/words"
        answer = await intake.client.post(address, json=word(mine), headers=intake.credential(who))
        assert refused(answer) == "principal.not-allowed"


async def test_after_the_longest_time_it_is_too_late(intake: Any, mine: Any, say: Any, refused: Refused) -> None:
    await closed(intake, mine, _now(days=21))
    assert refused(await say(mine, **word(mine))) == "word.too-late"


@pytest.mark.parametrize("wrong", [{"rating": 0}, {"rating": 6}, {"solved": None}, {"text": "x"}, {"word_id": "1"}])
async def test_a_word_has_five_levels_and_no_text(wrong: dict[str, Any], mine: Any, say: Any, refused: Refused) -> None:
    assert refused(await say(mine, **word(mine) | wrong)) == "request.invalid"
