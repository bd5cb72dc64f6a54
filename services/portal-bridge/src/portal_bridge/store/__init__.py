"""Every SQL statement of portal-bridge."""

from portal_bridge.store import feedback, handing, ledger, pulling, refusals, replies

__all__ = ["feedback", "handing", "ledger", "pulling", "refusals", "replies"]
