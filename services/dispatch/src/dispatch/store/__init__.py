"""Every statement on dispatch's tables: the tickets, and the directory in all its versions."""

from dispatch.store import actions, directory, holdings, tickets

__all__ = ["actions", "directory", "holdings", "tickets"]
