"""Every statement on dispatch's tables: the tickets, the directory in all its versions, proposals to change it."""

from dispatch.store import actions, directory, holdings, proposals, tickets

__all__ = ["actions", "directory", "holdings", "proposals", "tickets"]
