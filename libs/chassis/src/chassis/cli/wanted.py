"""What Kafka should hold, worked out from `contracts.topics`: settings of topics, access rules, users. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from contracts import topics
from contracts.topics import OPERATOR, Topic

Resource = Literal["topic", "group", "cluster"]

CLUSTER = "kafka-cluster"
"""The name that Kafka gives to itself among its resources."""
ANY = "*"

_LONGEST_SEGMENT_MS = topics.DAY_MS
_NEVER = str(2**63 - 1)


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """One access rule: the principal may do the operation on the resource; whatever no rule allows is denied."""

    principal: str
    resource: Resource
    name: str
    operation: str
    prefixed: bool = False


def settings(topic: Topic) -> dict[str, str]:
    """The topic's settings as Kafka names them.

    What channels write counts as kept from its arrival and stands in files of at most a day: a channel's wrong clock
    neither shortens nor lengthens the time for which personal data is there (rules 7).
    """
    return {
        "cleanup.policy": "compact" if topic.compacted else "delete",
        "retention.ms": str(topic.retention_ms),
        "max.message.bytes": str(topic.max_message_bytes),
        **(_PERSONAL if topic.personal else _OWN),
    }


_PERSONAL = {"message.timestamp.type": "LogAppendTime", "segment.ms": str(_LONGEST_SEGMENT_MS)}
_OWN = {"message.timestamp.type": "CreateTime", "message.timestamp.after.max.ms": _NEVER}
"""Business time may run ahead of the broker's clock (a local stack at speed), so no service's message is too young."""


def rules(units: Iterable[str]) -> frozenset[Rule]:
    """Every access rule of a district with these units."""
    units = sorted(set(units))
    declared, principals = list(topics.declared(units)), list(topics.principals(units))
    return frozenset(
        (
            *(rule for topic in declared for rule in _of_topic(topic)),
            *(Rule(name, "cluster", CLUSTER, "IDEMPOTENT_WRITE") for topic in declared for name in topic.writers),
            *(rule for name in _readers(declared) for rule in _of_groups(name, principals)),
            *_of_operator(),
        )
    )


def _of_topic(topic: Topic) -> Iterator[Rule]:
    yield from (Rule(name, "topic", topic.name, "WRITE") for name in topic.writers)
    yield from (Rule(name, "topic", topic.name, "READ") for name in topic.readers)


def _readers(declared: Iterable[Topic]) -> set[str]:
    return {reader for topic in declared for reader in topic.readers}


def _of_groups(principal: str, principals: Iterable[str]) -> Iterator[Rule]:
    """Consumer groups are called like who reads, with anything behind it that cannot be somebody else's name."""
    if not any(other.startswith(principal) for other in principals if other != principal):
        yield Rule(principal, "group", principal, "READ", prefixed=True)
        return
    yield Rule(principal, "group", principal, "READ")
    yield Rule(principal, "group", f"{principal}.", "READ", prefixed=True)


def _of_operator() -> Iterator[Rule]:
    """The operator sees what exists, how it is set and how far everyone has read; it reads no `channels.*`."""
    yield Rule(OPERATOR, "topic", ANY, "DESCRIBE")
    yield Rule(OPERATOR, "topic", ANY, "DESCRIBE_CONFIGS")
    yield Rule(OPERATOR, "group", ANY, "DESCRIBE")


def stale(present: Iterable[Rule], wanted: frozenset[Rule], units: Iterable[str]) -> frozenset[Rule]:
    """The rules that Kafka has and nothing declares (any more).

    On a declared topic nobody has more than is declared; a declared principal has no more than that anywhere. What
    concerns only units that are not named here stays: they may be another run's.
    """
    units = list(units)
    names = {topic.name for topic in topics.declared(units)}
    principals = {*topics.principals(units)}
    return frozenset(
        rule
        for rule in frozenset(present) - wanted
        if _on(rule, names) or (rule.principal in principals and not _on_another_units_topic(rule, names))
    )


def _on(rule: Rule, names: set[str]) -> bool:
    return rule.resource == "topic" and not rule.prefixed and rule.name in names


def _on_another_units_topic(rule: Rule, names: set[str]) -> bool:
    return rule.resource == "topic" and rule.name.startswith(topics.OF_UNITS) and rule.name not in names


def personal(topic: str) -> bool:
    """Whether what stands on the topic is personal data: a channel's, whether or not it is declared."""
    return topic.startswith("channels.") and not topic.endswith(".parked")


def variable(principal: str) -> str:
    """The environment variable that holds the principal's password."""
    return f"BBCS_{principal.replace('.', '_').replace('-', '_').upper()}_KAFKA_PASSWORD"
