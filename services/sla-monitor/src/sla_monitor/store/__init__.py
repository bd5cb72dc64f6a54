"""Every statement on sla-monitor's tables, by what they keep."""

from sla_monitor.store import calendar, clocks, notifying, recipients

__all__ = ["calendar", "clocks", "notifying", "recipients"]
