"""What the tests of intake's HTTP doors share."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from contracts.refusals import REFUSALS

Post = Callable[..., Awaitable[httpx2.Response]]


@pytest.fixture
def post(intake: Any) -> Post:
    """Submits a body as a channel does."""

    async def submit(said: bytes, channel: str = "window", **headers: str) -> httpx2.Response:
        sent = {"content-type": "application/json"} | intake.credential(f"channel.{channel}") | headers
        answer: httpx2.Response = await intake.client.post("/v1/complaints", content=said, headers=sent)
        return answer

    return submit


@pytest.fixture
def refused() -> Callable[[httpx2.Response], str]:
    """The code of an answer that is the problem which its code stands for."""

    def code(answer: httpx2.Response) -> str:
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.status_code == problem["status"] == REFUSALS[problem["code"]].status
        assert problem["title"] == REFUSALS[problem["code"]].title
        return str(problem["code"])

    return code
