"""What Kafka holds and how it is changed, through librdkafka's AdminClient: the only place that uses it."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    OffsetSpec,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from chassis.cli.environment import Login
from chassis.cli.failure import Unable
from chassis.cli.wanted import Resource, Rule

Partition = tuple[str, int]

_SECONDS: Final = 20.0
_REACH_S: Final = 10.0
_ITERATIONS: Final = 4096
_TYPES: Final[Mapping[Resource, ResourceType]] = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "cluster": ResourceType.BROKER,
}
_RESOURCES: Final[Mapping[ResourceType, Resource]] = {type_: name for name, type_ in _TYPES.items()}


@dataclass(frozen=True, slots=True)
class Password:
    """A user's password with the salt that it is stored under: the same pair is the same credential."""

    user: str
    password: bytes
    salt: bytes


class Cluster:
    """One Kafka cluster as one principal sees and changes it. Every method raises Unable when Kafka refuses."""

    def __init__(self, login: Login) -> None:
        self._errors: set[str] = set()
        self._admin = AdminClient(_options(login, lambda error: self._errors.add(error.name())), logger=None)
        self._reach(login)

    def _reach(self, login: Login) -> None:
        """Wait until Kafka lets the principal in; a wrong password does not get better by waiting."""
        end = time.monotonic() + _REACH_S
        while not self._answers():
            self._admin.poll(0)
            if "_AUTHENTICATION" in self._errors:
                raise Unable(f"Kafka at {login.servers} does not take the password of {login.username}.")
            if time.monotonic() > end:
                raise Unable(f"Kafka at {login.servers} does not answer: is the stack up (make run)?")

    def _answers(self) -> bool:
        try:
            return bool(self._admin.list_topics(timeout=1).brokers)
        except KafkaException:
            return False

    def topics(self) -> dict[str, int]:
        """Every topic that this principal may know of, with its number of partitions; Kafka's own left out."""
        found = self._admin.list_topics(timeout=_SECONDS).topics
        return {name: len(topic.partitions) for name, topic in found.items() if not name.startswith("__")}

    def create_topics(self, wanted: Mapping[str, tuple[int, Mapping[str, str]]]) -> None:
        """Create topics: partitions and settings by name. One that exists meanwhile is fine."""
        new = [NewTopic(name, partitions, config=dict(config)) for name, (partitions, config) in wanted.items()]
        if new:
            _all(self._admin.create_topics(new, request_timeout=_SECONDS), forgive=("TOPIC_ALREADY_EXISTS",))

    def settings(self, names: Iterable[str]) -> dict[str, dict[str, str]]:
        """The settings of topics, defaults included, as Kafka names them."""
        resources = [ConfigResource(ConfigResource.Type.TOPIC, name) for name in names]
        found = _all(self._admin.describe_configs(resources, request_timeout=_SECONDS)) if resources else {}
        return {resource.name: {key: entry.value for key, entry in of.items()} for resource, of in found.items()}

    def change_settings(self, wanted: Mapping[str, Mapping[str, str]]) -> None:
        """Set settings of topics, leaving those that are not named."""
        if wanted:
            changes = [
                ConfigResource(ConfigResource.Type.TOPIC, name, incremental_configs=[_set(*one) for one in of.items()])
                for name, of in wanted.items()
            ]
            _all(self._admin.incremental_alter_configs(changes, request_timeout=_SECONDS))

    def rules(self) -> set[Rule]:
        """Every access rule that allows something."""
        found = _one(self._admin.describe_acls(_every_rule(), request_timeout=_SECONDS))
        return {_rule(one) for one in found if one.restype in _RESOURCES}

    def allow(self, rules: Iterable[Rule]) -> None:
        """Make access rules."""
        new = [_binding(rule) for rule in sorted(rules)]
        if new:
            _all(self._admin.create_acls(new, request_timeout=_SECONDS))

    def disallow(self, rules: Iterable[Rule]) -> None:
        """Take access rules away, from whatever host they allow."""
        old = [_filter(rule) for rule in sorted(rules)]
        if old:
            _all(self._admin.delete_acls(old, request_timeout=_SECONDS))

    def users(self) -> set[str]:
        """Everyone who has a password (SCRAM-SHA-256)."""
        found = _one(self._admin.describe_user_scram_credentials(request_timeout=_SECONDS))
        return {name for name, user in found.items() if _has_password(user)}

    def set_passwords(self, passwords: Sequence[Password]) -> None:
        """Set users' passwords, making the users that are new."""
        how = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, _ITERATIONS)
        changes = [UserScramCredentialUpsertion(one.user, how, one.password, one.salt) for one in passwords]
        if changes:
            _all(self._admin.alter_user_scram_credentials(changes, request_timeout=_SECONDS))

    def ends(self, topics: Mapping[str, int], *, earliest: bool = False) -> dict[Partition, int]:
        """The offset after the last message (or of the first) of every partition of the topics."""
        which = OffsetSpec.earliest() if earliest else OffsetSpec.latest()
        asked = {TopicPartition(name, at): which for name, partitions in topics.items() for at in range(partitions)}
        found = _all(self._admin.list_offsets(asked, request_timeout=_SECONDS)) if asked else {}
        return {(at.topic, at.partition): result.offset for at, result in found.items()}

    def groups(self) -> dict[str, dict[Partition, int]]:
        """Every consumer group with the offset that it reads next of each partition that it has read."""
        names = [group.group_id for group in _one(self._admin.list_consumer_groups(request_timeout=_SECONDS)).valid]
        return {name: self._read_by(name) for name in sorted(names)}

    def _read_by(self, group: str) -> dict[Partition, int]:
        asked = [ConsumerGroupTopicPartitions(group)]
        (found,) = _all(self._admin.list_consumer_group_offsets(asked, request_timeout=_SECONDS)).values()
        return {(at.topic, at.partition): at.offset for at in found.topic_partitions or () if at.offset >= 0}


def until(condition: Callable[[], bool], what: str, seconds: float = _SECONDS) -> None:
    """Wait for a condition of the cluster. Raises Unable with `what` when it does not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Unable(f"Kafka was told, but after {seconds:.0f} s {what} cannot be seen there: try again.")
        time.sleep(0.05)


def _options(login: Login, trouble: Callable[[Any], None]) -> dict[str, Any]:
    plain = {
        "bootstrap.servers": login.servers,
        "security.protocol": login.security,
        "socket.timeout.ms": 10_000,
        "log_level": 0,
        "error_cb": trouble,
    }
    if not login.security.startswith("SASL"):
        return plain
    return plain | {
        "sasl.mechanism": "SCRAM-SHA-256",
        "sasl.username": login.username,
        "sasl.password": login.password,
    }


def _one(future: Future[Any]) -> Any:
    try:
        return future.result()
    except KafkaException as error:
        raise Unable(f"Kafka refused: {error.args[0].str()}.") from None


def _all(futures: Mapping[Any, Future[Any]], forgive: Sequence[str] = ()) -> dict[Any, Any]:
    answers = {}
    for asked, future in futures.items():
        try:
            answers[asked] = future.result()
        except KafkaException as error:
            if error.args[0].name() not in forgive:
                raise Unable(f"Kafka refused: {error.args[0].str()} ({_named(asked)}).") from None
    return answers


def _named(asked: Any) -> str:
    return str(getattr(asked, "name", None) or getattr(asked, "topic", None) or asked)


def _set(name: str, value: str) -> ConfigEntry:
    return ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)


def _has_password(user: Any) -> bool:
    return any(info.mechanism == ScramMechanism.SCRAM_SHA_256 for info in user.scram_credential_infos)


def _every_rule() -> AclBindingFilter:
    everything = (ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY)
    return AclBindingFilter(*everything, AclPermissionType.ALLOW)


def _rule(found: AclBinding) -> Rule:
    prefixed = found.resource_pattern_type == ResourcePatternType.PREFIXED
    principal = found.principal.removeprefix("User:")
    return Rule(principal, _RESOURCES[found.restype], found.name, found.operation.name, prefixed)


def _binding(rule: Rule) -> AclBinding:
    return AclBinding(*_place(rule), f"User:{rule.principal}", "*", _operation(rule), AclPermissionType.ALLOW)


def _filter(rule: Rule) -> AclBindingFilter:
    return AclBindingFilter(*_place(rule), f"User:{rule.principal}", None, _operation(rule), AclPermissionType.ALLOW)


def _place(rule: Rule) -> tuple[ResourceType, str, ResourcePatternType]:
    return _TYPES[rule.resource], rule.name, _PATTERNS[rule.prefixed]


def _operation(rule: Rule) -> AclOperation:
    return AclOperation[rule.operation]


_PATTERNS: Final = {True: ResourcePatternType.PREFIXED, False: ResourcePatternType.LITERAL}
