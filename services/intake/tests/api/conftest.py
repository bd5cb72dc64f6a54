"""What the tests of intake's HTTP doors share."""

import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from chassis.clock import new_id
from contracts.base import Fact, headers
from contracts.directory import MatterListed, Ownership, PlaceListed, UnitListed
from contracts.refusals import REFUSALS
from contracts.tickets import TicketDispatched
from contracts.vocabulary import DispatchRule, UnitKind

_NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
_DISTRICT = "310151000000"

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


_NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def tell_directory(intake: Any) -> Callable[..., Awaitable[None]]:
    """Tells facts as dispatch does, each twice, and waits until intake has taken them all."""

    async def tell(*facts: Fact) -> None:
        end = UnitListed(
            code=f"end-{next(_NUMBERS)}", name="-", kind=UnitKind.CENTRE, credit_code="-", version=1, listed_at=_NOW
        )
        async with intake.producer() as producer:
            for number, fact in enumerate((*facts, end), 1):
                said = headers("dispatch", fact.TYPE, new_id(_NOW), _NOW, fact.key, number, "t", None, None)
                for _ in range(2):
                    await producer.send("directory", fact.model_dump_json().encode(), fact.key.encode(), headers=said)
        await intake.until(lambda: intake.count("unit WHERE code = :code", code=end.code))

    return tell


@pytest.fixture(scope="module")
async def listed(tell_directory: Callable[..., Awaitable[None]]) -> None:
    """The directory lists one matter, its place and its unit."""
    await tell_directory(
        UnitListed(
            code="hrss", name="崇明区人社局", kind=UnitKind.DEPARTMENT, credit_code="-", version=1, listed_at=_NOW
        ),
        PlaceListed(code=_DISTRICT, name="崇明区", version=1, listed_at=_NOW),
        MatterListed(
            code="000114001000",
            name="河道采砂许可",
            synonyms=("采砂许可", "采砂证"),
            owners=(Ownership(place=_DISTRICT, unit="hrss"),),
            version=1,
            listed_at=_NOW,
        ),
    )
