"""What an operator may change about sla-monitor."""

from datetime import time
from typing import Self

from pydantic import Field, SecretStr, model_validator

from chassis.settings import Settings


class SlaMonitorSettings(Settings, service="sla-monitor"):
    """The common settings, and the district's policy (rules 3.5, 4)."""

    policy_version: int = Field(default=1, ge=1)
    """The number under which the district's policy is named by every change of a clock; raise it with the policy."""
    contact_attempts: int = Field(default=3, ge=1)
    """Attempts on the due day that stand for reaching the reporter (policy, rules 3.5)."""
    opens: time = time(9)
    """When business opens, in Shanghai (policy)."""
    closes: time = time(17)
    """When business closes, in Shanghai: what is due on a day is due then (policy)."""

    future_tolerance_seconds: int = Field(default=300, ge=0)
    """How far ahead of ours the instant of a fact may be; what is said to happen later is parked (policy)."""
    dispatch_url: str = Field(pattern=r"^https?://[^/]+/?$")
    """Where dispatch answers: its log is asked for facts that did not come by the topic."""
    dispatch_key: SecretStr
    """The bearer key by which dispatch knows `service.sla-monitor`."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.opens < self.closes:
            raise ValueError("business opens before it closes")
        return self
