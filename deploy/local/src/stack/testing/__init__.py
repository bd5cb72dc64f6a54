"""Servers for tests: the pytest fixture `servers`, started once a session and only when a test asks."""

from stack.testing.servers import Servers

__all__ = ["Servers"]
