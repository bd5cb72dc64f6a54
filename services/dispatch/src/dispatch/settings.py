"""What an operator may change about dispatch."""

from pydantic import Field

from chassis.settings import Settings


class DispatchSettings(Settings, service="dispatch"):
    """The common settings, and the policy of finding an owner and of sampling."""

    nearest_known_place: bool = True
    """Whether a place that is not listed is understood as the nearest listed one around it (policy)."""

    said_again_days: int = Field(default=90, ge=0)
    """Natural days after a close within which the same complaint is a request to open it again (rules 2.5, policy)."""
    ranked_above: float | None = Field(default=None, gt=0, le=1)
    """The score from which on a certain candidate's matter names the unit where no rule does (policy); off without."""
    declined_sample_percent: int = Field(default=20, ge=0, le=100)
    """Of a hundred declined tickets, how many the centre revisits (policy, rules 2.3)."""
