"""Every statement on dispatch's tables: the tickets, and the directory in all its versions."""

from dispatch.store import directory, tickets

__all__ = ["directory", "tickets"]
