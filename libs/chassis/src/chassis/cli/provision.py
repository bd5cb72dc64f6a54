"""Make Kafka what `contracts.topics` declares: topics, users, access rules. Saying it twice changes nothing."""

import hmac
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from chassis.cli import wanted
from chassis.cli.cluster import Cluster, Password, until
from chassis.cli.environment import login
from chassis.cli.failure import Unable
from chassis.cli.wanted import Rule
from contracts import topics
from contracts.ids import UnitCode
from contracts.topics import Topic

ADMIN = "admin"
_CODES = TypeAdapter(list[UnitCode])


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What was changed to make Kafka as declared, and who still lacks a password."""

    created: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    allowed: tuple[Rule, ...] = ()
    disallowed: tuple[Rule, ...] = ()
    without_password: tuple[str, ...] = ()
    other_partitions: tuple[str, ...] = ()
    """Topics with another number of partitions than declared. They stay so: a key would move, and lose its order."""

    @property
    def changed(self) -> bool:
        """Whether anything was not as declared."""
        return any((self.created, self.altered, self.users, self.allowed, self.disallowed))


def provision(units: Iterable[str], environment: Mapping[str, str] = os.environ) -> Provisioned:
    """Make topics, users and access rules of a district with these units, signed in as the super user.

    Passwords come from BBCS_<PRINCIPAL>_KAFKA_PASSWORD. It comes back when everything is in force. Raises Unable.
    """
    units = sorted(set(units))
    declared = {topic.name: topic for topic in topics.declared(units)}
    cluster = Cluster(login(ADMIN, environment))
    created, altered, other = _topics(cluster, declared)
    users, without = _users(cluster, units, environment)
    allowed, disallowed = _rules(cluster, units)
    return Provisioned(created, altered, users, allowed, disallowed, without, other)


def _topics(cluster: Cluster, declared: Mapping[str, Topic]) -> tuple[tuple[str, ...], ...]:
    present = cluster.topics()
    missing = {name: (one.partitions, wanted.settings(one)) for name, one in declared.items() if name not in present}
    other = [name for name, one in declared.items() if present.get(name, one.partitions) != one.partitions]
    differing = dict(_differing(cluster, [one for name, one in declared.items() if name in present]))
    cluster.create_topics(missing)
    cluster.change_settings(differing)
    until(lambda: declared.keys() <= cluster.topics().keys(), "the new topics")
    return tuple(sorted(missing)), tuple(sorted(differing)), tuple(sorted(other))


def _differing(cluster: Cluster, present: list[Topic]) -> Iterator[tuple[str, dict[str, str]]]:
    """The topics whose settings drifted, each with what it must be set to."""
    found = cluster.settings(topic.name for topic in present)
    for topic in present:
        drift = {key: value for key, value in wanted.settings(topic).items() if found[topic.name].get(key) != value}
        if drift:
            yield topic.name, drift


def _users(
    cluster: Cluster, units: list[str], environment: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    present, principals = cluster.users(), list(topics.principals(units))
    passwords = [_password(name, environment) for name in principals if environment.get(wanted.variable(name))]
    cluster.set_passwords(passwords)
    having = {one.user for one in passwords} | present
    until(lambda: having <= cluster.users(), "the new users")
    return tuple(sorted(having - present)), tuple(name for name in principals if name not in having)


def _password(principal: str, environment: Mapping[str, str]) -> Password:
    """The password with a salt that only the super user can work out: set again, it is the same credential.

    So nobody who signs in at this very moment is turned away.
    """
    secret = environment[wanted.variable(principal)].encode()
    super_user = environment.get(wanted.variable(ADMIN), "").encode()
    return Password(principal, secret, hmac.digest(super_user, principal.encode() + b"\0" + secret, "sha256"))


def _rules(cluster: Cluster, units: list[str]) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    present, must = cluster.rules(), wanted.rules(units)
    missing, stale = must - present, wanted.stale(present, must, units)
    cluster.disallow(stale)
    cluster.allow(missing)
    until(lambda: _in_force(cluster.rules(), must, stale), "the access rules")
    return tuple(sorted(missing)), tuple(sorted(stale))


def _in_force(found: set[Rule], must: frozenset[Rule], stale: frozenset[Rule]) -> bool:
    return must <= found and not stale & found


def units_named(said: str | None) -> list[str]:
    """The unit codes of a list with commas. Raises Unable for one that is not of a unit's form."""
    try:
        return _CODES.validate_python([code.strip() for code in (said or "").split(",") if code.strip()])
    except ValidationError:
        raise Unable("A unit's code is 2 to 31 lower-case letters, digits and '-', separated by commas.") from None
