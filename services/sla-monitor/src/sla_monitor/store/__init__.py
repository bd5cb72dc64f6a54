"""Every statement on sla-monitor's tables, by what they keep."""

from sla_monitor.store import calendar, clocks

__all__ = ["calendar", "clocks"]
