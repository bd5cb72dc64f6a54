"""What an operator may change about sla-monitor."""

from datetime import time
from typing import Self

from pydantic import model_validator

from chassis.settings import Settings


class SlaMonitorSettings(Settings, service="sla-monitor"):
    """The common settings, and the policy of business hours (rules 4)."""

    opens: time = time(9)
    """When business opens, in Shanghai (policy)."""
    closes: time = time(17)
    """When business closes, in Shanghai: what is due on a day is due then (policy)."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.opens < self.closes:
            raise ValueError("business opens before it closes")
        return self
