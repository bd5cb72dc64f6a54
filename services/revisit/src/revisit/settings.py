"""What an operator may change about revisit."""

from datetime import time
from typing import Self

from pydantic import Field, SecretStr, model_validator

from chassis.settings import Settings


class RevisitSettings(Settings, service="revisit"):
    """The common settings, and the district's policy (rules 5)."""

    policy_version: int = Field(default=1, ge=1)
    """The number under which plans name the district's policy; raise it with the policy."""
    unit_days: int = Field(default=3, ge=1, le=60)
    """Working days after the finish within which the unit asks (policy)."""
    centre_days: int = Field(default=5, ge=1, le=60)
    """Working days after the finish within which the centre asks (policy)."""
    sample_percent: int = Field(default=100, ge=0, le=100)
    """Of a hundred finishes, how many the centre revisits (policy); which of the declined, dispatch says."""
    attempts: int = Field(default=3, ge=1, le=20)
    """Attempts after which a reporter counts as not reached (policy)."""
    rating_days: int = Field(default=3, ge=1, le=60)
    """Working days within which a bad rating is explained or corrected (policy)."""
    second_days: int = Field(default=5, ge=1, le=60)
    """Working days after that within which the centre asks a second time (policy)."""
    word_days: int = Field(default=5, ge=1, le=60)
    """Working days after the finish within which the reporter's own word counts (policy)."""
    round_days_at_most: int = Field(default=90, ge=1, le=366)
    """Days after its proposal within which a round of supervision is due (policy)."""
    blockage_finishes: int = Field(default=10, ge=1, le=100_000)
    """Finishes of one matter with one cause, within the days below, that make a blockage (policy)."""
    blockage_days: int = Field(default=30, ge=1, le=92)
    """Days in a row within which they are counted (policy)."""
    watch_months: int = Field(default=6, ge=1, le=60)
    """Months after an improvement was done within which one more finish says that it came back (policy)."""
    dispatch_url: str = Field(pattern=r"^https?://[^/]+/?$")
    """Where dispatch answers: its log is asked for facts that did not come by the topic."""
    dispatch_key: SecretStr
    """The bearer key by which dispatch knows `service.revisit`."""
    opens: time = time(9)
    """When business opens, in Shanghai: nobody is called before (policy)."""
    closes: time = time(17)
    """When business closes, in Shanghai: what is due on a day is due then (policy)."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.opens < self.closes:
            raise ValueError("business opens before it closes")
        return self
