"""What revisit's use cases work with."""

from dataclasses import dataclass, field

from chassis.gaps import Log
from revisit.domain import Bar, Policy


@dataclass(frozen=True, slots=True)
class Kit:
    """The service's equipment."""

    policy: Policy
    tickets: Log
    """The log of dispatch, for what did not come by `tickets`."""
    bar: Bar = field(default_factory=Bar)
