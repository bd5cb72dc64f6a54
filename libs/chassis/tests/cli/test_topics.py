"""`bbcs topics`: as declared, and again, and after somebody changed it by hand."""

from typing import Any

import pytest

from chassis.cli.cluster import Cluster
from chassis.cli.environment import login
from chassis.cli.failure import Unable
from chassis.cli.provision import provision
from chassis.cli.wanted import Rule
from contracts import topics
from contracts.topics import DAY_MS

UNITS = "alpha,alpha-two,beta"

Environment = dict[str, str]


@pytest.fixture
def cluster(provisioned: Environment) -> Cluster:
    return Cluster(login("admin", provisioned))


def test_the_second_time_nothing_changes(bbcs: Any) -> None:
    done = bbcs("topics", "apply", "--units", UNITS, "--json").json
    assert not done["changed"]
    assert done["without_password"] == []


def test_it_says_so_to_people_who_call_it(bbcs: Any) -> None:
    assert bbcs.as_a_process("topics", "apply", "--units", UNITS).out == "Everything is as declared.\n"


def test_retention_that_drifted_is_put_right(provisioned: Environment, cluster: Cluster) -> None:
    cluster.change_settings({"channels.window": {"retention.ms": "1000"}})
    assert provision(UNITS.split(","), provisioned).altered == ("channels.window",)
    assert cluster.settings(["channels.window"])["channels.window"]["retention.ms"] == str(3 * DAY_MS)


def test_what_somebody_was_let_into_by_hand_is_taken_away(provisioned: Environment, cluster: Cluster) -> None:
    by_hand = {
        Rule("unit.alpha", "topic", "dispatch.beta", "READ"),
        Rule("*", "topic", "channels.window", "READ"),
        Rule("unit.beta", "topic", "chan", "READ", prefixed=True),
    }
    cluster.allow(by_hand)
    assert set(provision(UNITS.split(","), provisioned).disallowed) == by_hand
    assert not by_hand & cluster.rules()


def test_other_units_are_left_alone(provisioned: Environment, cluster: Cluster) -> None:
    before = cluster.rules()
    assert not provision(["beta"], provisioned).changed
    assert cluster.rules() == before


def test_a_new_password_is_taken_over(provisioned: Environment) -> None:
    new = provisioned | {"BBCS_UNIT_BETA_KAFKA_PASSWORD": "another one"}
    provision(UNITS.split(","), new)
    try:
        assert "dispatch.beta" in Cluster(login("unit.beta", new)).topics()
    finally:
        provision(UNITS.split(","), provisioned)


def test_a_unit_without_a_password_is_named(provisioned: Environment) -> None:
    assert provision(["gamma"], provisioned).without_password == ("unit.gamma",)


def test_only_the_super_user_may_apply(provisioned: Environment) -> None:
    wrong = provisioned | {"BBCS_ADMIN_KAFKA_PASSWORD": provisioned["BBCS_OPERATOR_KAFKA_PASSWORD"]}
    with pytest.raises(Unable, match="does not take the password of admin"):
        provision((), wrong)


def test_every_declared_topic_is_shown_and_those_that_nobody_declared(bbcs: Any, cluster: Cluster) -> None:
    cluster.create_topics({"left.over": (2, {})})
    shown = {one["topic"]: one for one in bbcs("topics", "--units", f"{UNITS},delta", "--json").json}
    assert shown.keys() >= {topic.name for topic in topics.declared(UNITS.split(","))}
    assert (shown["left.over"]["state"], shown["left.over"]["partitions"]) == ("undeclared", 2)
    assert shown["dispatch.delta"]["state"] == "missing"
    assert shown["channels.kiosk"]["retention_ms"] == 3 * DAY_MS
    assert shown["directory"]["compacted"]


def test_a_table_for_people(bbcs: Any) -> None:
    shown = bbcs("topics", "--units", UNITS)
    assert shown.code == 0
    assert "newest of each key" in shown.out
    assert "channel.*" in shown.out


def test_an_odd_unit_is_refused_in_a_sentence(bbcs: Any) -> None:
    answer = bbcs("topics", "apply", "--units", "Alpha;rm")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("A unit's code is")
