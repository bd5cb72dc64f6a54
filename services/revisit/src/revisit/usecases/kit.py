"""What revisit's use cases work with."""

from dataclasses import dataclass

from revisit.domain import Policy


@dataclass(frozen=True, slots=True)
class Kit:
    """The service's equipment."""

    policy: Policy
