"""What revisit's use cases work with."""

from dataclasses import dataclass, field

from revisit.domain import Bar, Policy


@dataclass(frozen=True, slots=True)
class Kit:
    """The service's equipment."""

    policy: Policy
    bar: Bar = field(default_factory=Bar)
