"""The district's policy on clocks, where the notice is silent: versioned, and named by every change of a clock."""

from dataclasses import dataclass, field
from datetime import timedelta

from sla_monitor.domain.due import Hours


@dataclass(frozen=True, slots=True)
class Policy:
    """What the district decided (policy).

    `attempts` on the due day stand for reaching the reporter (rules 3.5). By `ahead` another service's clock may differ
    from ours.
    """

    version: int = 1
    hours: Hours = field(default_factory=Hours)
    attempts: int = 3
    ahead: timedelta = timedelta(minutes=5)
