"""Who asks: principals, their bearer keys, and which kinds of principal may do something (rules 6)."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from chassis.settings import UnusableSettings
from contracts.refusals import Refused

_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}(\.[a-z0-9][a-z0-9-]{0,40})?")
_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/=-]{1,512})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, as Kafka and KEYS name them: `channel.window`, `unit.hrss`, `centre`, `service.revisit`."""

    name: str

    @property
    def kind(self) -> str:
        """What stands before the dot: `channel`, `unit`, `service`, `centre`."""
        return self.name.partition(".")[0]

    @property
    def rest(self) -> str:
        """What stands after the dot: the channel, the unit's code; empty where there is only one of the kind."""
        return self.name.partition(".")[2]

    @property
    def at_kafka(self) -> str:
        """What it is called at Kafka, where services have no kind: `revisit`."""
        return self.rest if self.kind == "service" else self.name


def allow(principal: Principal, *kinds: str) -> None:
    """Let these kinds of principal pass. Raises Refused("principal.not-allowed") for others (rules 6)."""
    if principal.kind not in kinds:
        raise Refused("principal.not-allowed")


def allow_own(principal: Principal, unit: str | None) -> None:
    """Let a unit ask for its own things alone, others for anybody's. Raises Refused("principal.not-allowed")."""
    if principal.kind == "unit" and principal.rest != unit:
        raise Refused("principal.not-allowed")


class Keyring:
    """The principals by the sha256 of their bearer keys.

    A key is looked up by its digest: how long that takes says nothing about a key, since nobody can choose a digest.
    """

    def __init__(self, keys: Mapping[str, str]) -> None:
        """Raises UnusableSettings for a name that is none, and for two principals with one key."""
        strange = [name for name in keys if not _NAME.fullmatch(name)]
        if strange or len(set(keys.values())) != len(keys):
            raise UnusableSettings(
                "KEYS maps each principal (`channel.window`) to the sha256 (hex) of a key of its own"
            )
        self._by_digest = {digest: Principal(name) for name, digest in keys.items()}

    def caller(self, authorization: str | None) -> Principal:
        """Who sent this Authorization header.

        Raises Refused("credential.missing") without one, Refused("credential.wrong") for another scheme or key.
        """
        if authorization is None:
            raise Refused("credential.missing")
        key = _BEARER.fullmatch(authorization)
        found = self._by_digest.get(hashlib.sha256(key[1].encode()).hexdigest()) if key else None
        if found is None:
            raise Refused("credential.wrong")
        return found
