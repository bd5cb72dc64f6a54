"""Topics, codes and refusals keep their form."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import ids, topics
from contracts.refusals import REFUSALS, Refused


def test_only_intake_and_the_citys_bridge_read_personal_data_and_no_longer_than_three_days() -> None:
    personal = [topic for topic in topics.declared(["a-unit"]) if topic.personal]
    assert {(topic.name.partition(".")[0], topic.readers) for topic in personal} == {
        ("channels", ("intake",)),
        ("city", ("portal-bridge",)),
    }
    assert all(topic.retention_ms == 3 * topics.DAY_MS for topic in personal)


def test_a_channel_is_written_by_itself_and_by_the_bridge_where_the_city_speaks() -> None:
    writers = {topic.name: topic.writers for topic in topics.CHANNELS}
    assert writers.pop("channels.city-exit") == ("channel.city-exit", "portal-bridge")
    assert all(found == (name.replace("channels", "channel"),) for name, found in writers.items())


def test_names_are_unique_and_kafka_takes_them() -> None:
    names = [topic.name for topic in topics.declared(["a-unit", "b-unit"])]
    assert len(names) == len(set(names))
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9.-]{0,200}", name)] == []


def test_every_topic_is_found_by_its_name() -> None:
    for topic in topics.declared(["a-unit", "b-unit"]):
        assert topics.named(topic.name) == topic


@pytest.mark.parametrize(
    "name",
    ["", "ticket", "dispatch", "dispatch.", "dispatch.A", "dispatch.a.b", "dispatch.-a", "channels.fax", "x.a-unit"],
)
def test_no_other_name_is_a_topic(name: str) -> None:
    assert topics.named(name) is None


def test_the_pattern_of_actions_finds_only_what_dispatch_may_read() -> None:
    """One topic that it may not read would hold up all the others, again and again."""
    found = [topic for topic in topics.declared(["a-unit", "parked-cars"]) if re.match(topics.ACTIONS, topic.name)]
    assert [topic.name for topic in found] == ["actions.a-unit", "actions.parked-cars"]
    assert all("dispatch" in topic.readers for topic in found)


def test_whoever_writes_or_reads_is_a_principal() -> None:
    known = set(topics.principals(["a-unit"]))
    for topic in topics.declared(["a-unit"]):
        assert known >= {*topic.writers, *topic.readers}


def test_a_unit_reads_what_is_dispatched_to_it_and_no_other_unit_does() -> None:
    topic = topics.of_unit("a-unit")
    assert [name for name in topic.readers if name.startswith("unit.")] == ["unit.a-unit"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("310151101001", "310151101001"),
        ("310230101001", "310151101001"),
        ("310230", "310151000000"),
        (" 310151101 ", "310151101000"),
    ],
)
def test_a_place_has_one_code(said: str, code: str) -> None:
    assert ids.place_code(said) == code


@pytest.mark.parametrize("said", ["", "3101511010011", "31015110100A", "３１０１５１１０１００１", "31015"])
def test_other_places_are_malformed(said: str) -> None:
    with pytest.raises(Refused, match=r"place\.malformed"):
        ids.place_code(said)


def test_a_matter_has_its_basic_code_also_inside_an_implementation_code() -> None:
    assert ids.matter_code("000114008000") == "000114008000"
    assert ids.matter_code("11310151MB2F30000Y3000114008000"[:19] + "000114008000") == "000114008000"


@given(st.text(max_size=40))
def test_a_code_is_taken_or_refused(said: str) -> None:
    for form in (ids.place_code, ids.matter_code):
        try:
            assert form(form(said)) == form(said)
        except Refused as refused:
            assert refused.code.endswith(".malformed")


def test_what_lies_around_a_village() -> None:
    assert ids.enclosing_places("310151101001") == ("310151101001", "310151101000", "310151000000")
    assert ids.enclosing_places("310151000000") == ("310151000000",)


def test_every_refusal_has_a_chinese_title_and_an_error_status() -> None:
    for code, refusal in REFUSALS.items():
        assert re.fullmatch(r"[a-z-]+\.[a-z-]+", code)
        assert re.search(r"[一-鿿]", refusal.title)
        assert 400 <= refusal.status < 600


def test_a_refusal_nobody_named_cannot_be_raised() -> None:
    with pytest.raises(LookupError):
        Refused("ticket.because")
