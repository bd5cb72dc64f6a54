"""The district's policy on clocks, where the notice is silent: versioned, and named by every change of a clock."""

from dataclasses import dataclass, field
from datetime import timedelta

from sla_monitor.domain.due import Hours


@dataclass(frozen=True, slots=True)
class Telling:
    """How people are told of lights (policy).

    A recipient is told at most once every `pause`, and by name of `named` tickets at most. It is tried again after
    `again_after`, then after twice as long and so on, up to `again_at_most`. A silence lasts `silence` at most.
    """

    pause: timedelta = timedelta(minutes=10)
    named: int = 20
    again_after: timedelta = timedelta(seconds=10)
    again_at_most: timedelta = timedelta(minutes=15)
    silence: timedelta = timedelta(days=30)


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
    telling: Telling = field(default_factory=Telling)
