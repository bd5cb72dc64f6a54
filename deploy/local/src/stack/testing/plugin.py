"""The pytest plugin: `servers`, once a session, only when a test asks."""

from collections.abc import Iterator

import pytest

from stack.testing.servers import Servers


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Kafka, PostgreSQL and Valkey on free ports; started when the first test asks, ended with the session."""
    from stack.testing import native  # noqa: PLC0415 - it would slow down every run that needs no servers

    with native.servers() as running:
        yield running
