"""What journeys share: the services of the district, running, and the ways to speak to them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from tests.deployment import SERVICES, Deployment
from tests.load.bus import Login
from tests.load.complaints import Form, Generator, Registered, Said
from tests.load.districts import District

from contracts import topics


@dataclass(frozen=True, slots=True)
class Town:
    """The running district, with clients of its services."""

    district: Deployment
    intake: httpx2.AsyncClient
    dispatch: httpx2.AsyncClient
    generator: Generator

    def one(self, channel: str) -> tuple[Form, Said, str]:
        """A complaint as its form and as a message, and the unit that must get it."""
        form, said = self.generator.one(channel, dispatched=True)
        assert isinstance(said.outcome, Registered)
        return form, said, str(said.outcome.unit)

    def login_of(self, unit: str) -> Login:
        """How the unit's own system signs in."""
        return self.district.login(f"unit.{unit}")

    async def submit(self, form: Form, channel: str = "window", **headers: str) -> dict[str, Any]:
        """What intake answers to a complaint that it registers."""
        given = self.district.bearer(f"channel.{channel}") | headers
        answer = await self.intake.post("/v1/complaints", json=form, headers=given)
        assert answer.status_code == httpx2.codes.CREATED, answer.text
        return dict(answer.json())


@asynccontextmanager
async def living(
    district: Deployment, generator: Generator, services: Sequence[str] = SERVICES, **environment: str
) -> AsyncIterator[Town]:
    """The district with one process of each of these services, which see these variables too; killed at the end."""
    for service in services:
        district.add(service, service, **environment)
    try:
        await district.up(*services)
        async with (
            httpx2.AsyncClient(base_url=district.url("intake"), timeout=10) as intake,
            httpx2.AsyncClient(base_url=district.url("dispatch"), timeout=10) as dispatch,
        ):
            yield Town(district, intake, dispatch, generator)
    finally:
        for service in services:
            district.kill(service)


@pytest.fixture(scope="module")
async def town(district: Deployment, generator: Generator) -> AsyncIterator[Town]:
    """The district with one process of each service."""
    async with living(district, generator, topics.SERVICES) as town:
        yield town


@pytest.fixture(scope="session")
def sample() -> District:
    """The sample directory, as it stands in its files."""
    return District.read()


@pytest.fixture(scope="session")
def generator(sample: District) -> Generator:
    """Complaints about the matters and places of the sample."""
    return Generator(sample, "journey")
