"""What an operator may change about dispatch."""

from chassis.settings import Settings


class DispatchSettings(Settings, service="dispatch"):
    """The common settings, and the policy of finding an owner."""

    nearest_known_place: bool = True
    """Whether a place that is not listed is understood as the nearest listed one around it (policy)."""
