"""What the tests of intake's HTTP doors share."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from contracts.refusals import REFUSALS
from contracts.tickets import TicketDispatched
from contracts.vocabulary import DispatchRule

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


@pytest.fixture
def dispatched(now: datetime) -> Callable[..., TicketDispatched]:
    """Makes what dispatch tells of a complaint: its ticket is a unit's, so many minutes after ten."""

    def fact(complaint_id: Any, unit: str, minutes: int = 0) -> TicketDispatched:
        return TicketDispatched(
            ticket_id=complaint_id,
            complaint_id=complaint_id,
            unit=unit,
            rule=DispatchRule.MATTER_OWNER,
            directory_version=1,
            dispatched_at=now + timedelta(minutes=minutes),
        )

    return fact
