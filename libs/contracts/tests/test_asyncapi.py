"""The AsyncAPI document says what the topics declare: every reference leads somewhere, everybody may what is listed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator

from contracts import topics
from contracts.facts import FACTS
from contracts.generate import FOLDER

Json = Any


@pytest.fixture(scope="module")
def document() -> Json:
    return json.loads((FOLDER / "asyncapi" / "asyncapi.json").read_text("utf-8"))


def references(part: Json) -> Iterator[str]:
    match part:
        case {"$ref": str(reference)}:
            yield reference
        case dict():
            for inner in part.values():
                yield from references(inner)
        case list():
            for inner in part:
                yield from references(inner)


def resolved(document: Json, reference: str) -> Json:
    found = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def test_it_is_asyncapi_3(document: Json) -> None:
    assert document["asyncapi"] == "3.0.0"
    assert document.keys() >= {"info", "servers", "channels", "operations", "components"}
    assert document["servers"]["kafka"]["security"]
    assert document["components"]["securitySchemes"]["scram"]["type"] == "scramSha256"


def test_every_reference_leads_somewhere(document: Json) -> None:
    assert [reference for reference in references(document) if not resolved(document, reference)] == []


def test_every_declared_topic_is_a_channel(document: Json) -> None:
    addresses = {channel["address"] for channel in document["channels"].values()}
    assert addresses == {topic.name for topic in topics.declared(["{unit}"])}


def test_every_channel_says_what_travels_there(document: Json) -> None:
    channels = document["channels"]
    assert [name for name, channel in channels.items() if not channel["messages"]] == []
    assert set(channels["tickets"]["messages"]) == {type_ for type_, fact in FACTS.items() if fact.TOPIC == "tickets"}
    of_nobody = {"ticket.opened.v1", "ticket.queued-for-manual-dispatch.v1"}
    answers = {"action.applied.v1", "action.refused.v1"}
    assert set(channels["dispatch.unit"]["messages"]) == set(channels["tickets"]["messages"]) - of_nobody | answers
    assert set(channels["actions.unit"]["messages"]) == {"unit-action"}
    assert set(channels["channels.window"]["messages"]) == {"complaint-form"}


def test_operations_are_what_topics_allow(document: Json) -> None:
    listed = {
        (one["tags"][0]["name"], one["action"], resolved(document, one["channel"]["$ref"])["address"])
        for one in document["operations"].values()
    }
    declared = list(topics.declared(["{unit}"]))
    sends = {(name, "send", topic.name) for topic in declared for name in topic.writers}
    receives = {(name, "receive", topic.name) for topic in declared for name in topic.readers if name != "operator"}
    assert listed == sends | receives


def test_every_message_of_a_fact_is_a_cloud_event_with_an_example(document: Json) -> None:
    for type_, fact in FACTS.items():
        message = document["components"]["messages"][type_]
        assert message["title"] == fact.__name__
        assert message["traits"] == [{"$ref": "#/components/messageTraits/cloudevent"}]
        assert len(message["examples"]) == 1


def test_examples_fit_their_payloads(document: Json) -> None:
    for type_ in FACTS:
        message = document["components"]["messages"][type_]
        Draft7Validator({**document, **message["payload"]}).validate(message["examples"][0]["payload"])
