"""What the faults share: processes of a district that are planned and ended for each."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from tests.deployment import Deployment

Processes = Mapping[str, tuple[str, str | None]]
"""By name the service of a process and its doors, None for all of them."""
Running = Callable[[Processes], AbstractAsyncContextManager[Deployment]]


@pytest.fixture
def running(district: Deployment) -> Running:
    """Runs processes while it is open, and ends them as by kill -9."""

    @asynccontextmanager
    async def run(processes: Processes) -> AsyncIterator[Deployment]:
        for name, (service, doors) in processes.items():
            district.add(name, service, doors)
        try:
            await district.up(*processes)
            yield district
        finally:
            for name in processes:
                district.kill(name)

    return run
