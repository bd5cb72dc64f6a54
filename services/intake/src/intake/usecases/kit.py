"""Intake's equipment."""

from dataclasses import dataclass, field

from chassis.vault import Vault
from intake.domain import Policy
from intake.domain.ranking import Directory, Ranker
from intake.store.ranking import Mark


@dataclass(slots=True)
class Held:
    """The ranker that was made last, and of what: it is made anew when a model or the directory is newer."""

    ranker: Ranker = field(default_factory=lambda: Ranker(Directory()))
    mark: Mark = ()


@dataclass(frozen=True, slots=True)
class Kit:
    """Intake's equipment; `certain_precision` is the policy's (None: no candidate is certain)."""

    vault: Vault
    policy: Policy
    certain_precision: float | None = None
    held: Held = field(default_factory=Held)
