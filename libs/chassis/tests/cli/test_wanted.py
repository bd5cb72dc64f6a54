"""What Kafka should hold, worked out without one."""

from dataclasses import replace

from chassis.cli import wanted
from chassis.cli.wanted import Rule, rules, stale
from contracts import topics

UNITS = ("alpha", "alpha-two", "beta")


def may(principal: str, operation: str, resource: str, name: str) -> bool:
    """Whether the rules let the principal do it, as Kafka reads them."""
    return any(
        rule.principal == principal
        and rule.operation == operation
        and rule.resource == resource
        and (rule.name in (name, "*") or (rule.prefixed and name.startswith(rule.name)))
        for rule in rules(UNITS)
    )


def readers(topic: str) -> set[str]:
    return {name for name in topics.principals(UNITS) if may(name, "READ", "topic", topic)}


def writers(topic: str) -> set[str]:
    return {name for name in topics.principals(UNITS) if may(name, "WRITE", "topic", topic)}


def test_on_every_topic_those_and_only_those_may_who_are_declared() -> None:
    for topic in topics.declared(UNITS):
        assert readers(topic.name) == set(topic.readers)
        assert writers(topic.name) == set(topic.writers)


def test_what_channels_write_only_intake_reads_and_they_not_even_themselves() -> None:
    for topic in topics.CHANNELS:
        assert readers(topic.name) == {"intake"}
        bridge = {"portal-bridge"} if topic.name == "channels.city-exit" else set()
        assert writers(topic.name) == {topic.name.replace("channels.", "channel.")} | bridge


def test_a_unit_whose_name_begins_like_anothers_cannot_enter_its_groups() -> None:
    assert may("unit.alpha", "READ", "group", "unit.alpha")
    assert may("unit.alpha", "READ", "group", "unit.alpha.second")
    assert not may("unit.alpha", "READ", "group", "unit.alpha-two")
    assert may("unit.alpha-two", "READ", "group", "unit.alpha-two-second")


def test_nobody_enters_the_groups_of_a_service() -> None:
    for service in topics.SERVICES:
        assert {name for name in topics.principals(UNITS) if may(name, "READ", "group", service)} <= {service}


def test_nobody_may_make_delete_or_change_anything() -> None:
    allowed = {"READ", "WRITE", "DESCRIBE", "DESCRIBE_CONFIGS", "IDEMPOTENT_WRITE"}
    assert {rule.operation for rule in rules(UNITS)} == allowed


def test_the_operator_writes_nothing() -> None:
    assert not [rule for rule in rules(UNITS) if rule.principal == "operator" and "WRITE" in rule.operation]


def test_personal_topics_count_from_arrival_and_others_take_times_ahead() -> None:
    (channel, *_), complaints = topics.CHANNELS, topics.COMPLAINTS
    assert wanted.settings(channel)["message.timestamp.type"] == "LogAppendTime"
    assert wanted.settings(complaints)["message.timestamp.type"] == "CreateTime"
    assert int(wanted.settings(channel)["segment.ms"]) < int(wanted.settings(channel)["retention.ms"])


def test_what_is_not_declared_is_stale() -> None:
    stranger, another = Rule("stranger", "topic", "tickets", "READ"), Rule("intake", "topic", "elsewhere", "READ")
    found = stale({stranger, another, *rules(UNITS)}, rules(UNITS), UNITS)
    assert found == {stranger, another}


def test_what_concerns_units_that_are_not_named_is_left_alone() -> None:
    assert stale(rules(UNITS), rules(["beta"]), ["beta"]) == frozenset()


def test_of_a_unit_that_is_named_only_the_declared_stays() -> None:
    more = replace(next(iter(rules(UNITS))), principal="unit.beta", resource="topic", name="dispatch.alpha")
    assert stale({more}, rules(UNITS), UNITS) == {more}


def test_a_variable_is_named_after_its_principal() -> None:
    assert wanted.variable("unit.town-chengqiao") == "BBCS_UNIT_TOWN_CHENGQIAO_KAFKA_PASSWORD"
