"""What an operator may change about dispatch."""

from pydantic import Field

from chassis.settings import Settings


class DispatchSettings(Settings, service="dispatch"):
    """The common settings, and the policy of finding an owner and of sampling."""

    nearest_known_place: bool = True
    """Whether a place that is not listed is understood as the nearest listed one around it (policy)."""
    declined_sample_percent: int = Field(default=20, ge=0, le=100)
    """Of a hundred declined tickets, how many the centre revisits (policy, rules 2.3)."""
