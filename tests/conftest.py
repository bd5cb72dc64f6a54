"""What journeys and faults share: a district on servers of its own, for they take the whole bus, and kill it."""

import logging
from collections.abc import AsyncIterator

import pytest
from tests.deployment import Deployment, deployed

logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
"""A broker that is killed is complained about a thousand times."""


@pytest.fixture(scope="session")
async def district() -> AsyncIterator[Deployment]:
    """The sample district, prepared once a session; no service runs yet."""
    async with deployed() as made:
        yield made
