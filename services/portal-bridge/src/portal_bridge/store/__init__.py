"""Every SQL statement of portal-bridge."""

from portal_bridge.store import courses, feedback, handing, ledger, pulling, refusals, replies

__all__ = ["courses", "feedback", "handing", "ledger", "pulling", "refusals", "replies"]
