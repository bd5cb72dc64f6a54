"""What portal-bridge's use cases work with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from chassis.vault import Vault
from portal_bridge.clients import Channel, City, Intake, Replies
from portal_bridge.domain import Policy


@dataclass(frozen=True, slots=True)
class Gate:
    """By what the city's requests are known: the agreed base URL, its keys, how old a signature may be."""

    url: str
    keys: Mapping[str, bytes] = field(repr=False)
    window: timedelta


@dataclass(frozen=True, slots=True)
class Kit:
    """The service's equipment; without a `city` nothing is fetched, without `replies` none is sent."""

    vault: Vault
    policy: Policy
    gate: Gate
    channel: Channel
    intake: Intake
    city: City | None
    pull_every: timedelta
    replies: Replies | None
