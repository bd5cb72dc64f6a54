"""The pytest plugin: `servers`, once a session, only when a test asks."""

import importlib
import os
from collections.abc import Iterator

import pytest

from stack.testing.servers import Servers


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Kafka, PostgreSQL and Valkey on free ports, native, or in containers with STACK=testcontainers.

    They start when the first test asks and end with the session.
    """
    chosen = "containers" if os.environ.get("STACK") == "testcontainers" else "native"
    # not imported above: it would slow down every run that needs no servers
    with importlib.import_module(f"stack.testing.{chosen}").servers() as running:
        yield running
