"""Every statement on sla-monitor's tables, by what they keep."""

from sla_monitor.store import amending, calendar, clocks, notifying, recipients, told

__all__ = ["amending", "calendar", "clocks", "notifying", "recipients", "told"]
