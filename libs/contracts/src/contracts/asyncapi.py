"""The AsyncAPI 3.0 document: what travels on which topic, who sends and who receives it, and how one signs in."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from contracts import topics
from contracts.base import Fact
from contracts.facts import FACTS
from contracts.parking import MessageParked
from contracts.topics import OPERATOR, Topic

Json = dict[str, Any]

_UNIT = "{unit}"
_FORMS = {"channels": "complaint-form", "city": "city-feedback"}
"""What travels on topics with personal data, by how their names begin."""
_UNIT_ACTION = "unit-action"
_BINDING = "0.5.0"

_HEADERS = {
    "ce_specversion": ("1.0", {"const": "1.0"}),
    "ce_id": ("The fact's id; the same id is the same fact.", {"format": "uuid"}),
    "ce_source": ("/bbcs/ and the service that told it.", {"pattern": "^/bbcs/"}),
    "ce_type": ("What happened, with its version.", {}),
    "ce_time": ("When it was told, UTC.", {"format": "date-time"}),
    "ce_subject": ("The id of the thing that it happened to.", {}),
    "ce_partitionkey": ("The same; it is the record's key.", {}),
    "ce_sequence": ("Counts 1, 2, 3 … per topic and key, without gaps.", {"pattern": "^[1-9][0-9]*$"}),
    "ce_correlationid": ("The complaint that all of this began with.", {}),
    "ce_causationid": ("The fact that this one followed from.", {}),
    "ce_traceparent": ("W3C trace context.", {}),
    "content-type": ("application/json", {"const": "application/json"}),
}
_OPTIONAL = ("ce_causationid", "ce_traceparent")


def document(examples: Mapping[str, Json], models: Mapping[str, type[BaseModel]]) -> Json:
    """The whole document. `examples` are the facts' bodies by type, `models` what travels and is no fact, by name."""
    channels = list(_channels())
    return {
        "asyncapi": "3.0.0",
        "id": "urn:bbcs",
        "info": _info(),
        "defaultContentType": "application/json",
        "servers": {"kafka": _server()},
        "channels": {_id(topic): _channel(topic, examples, models) for topic in channels},
        "operations": dict(_operations(channels)),
        "components": _components(examples, models),
    }


def _info() -> Json:
    return {
        "title": "办不成事 desk: facts on Kafka",
        "version": "1.0.0",
        "description": (
            "Facts are CloudEvents 1.0 in the Kafka protocol binding's binary mode: the envelope is in the headers, "
            "the body is JSON. A fact's version stands in its type; a field may be added, the rest never changes. "
            "Unknown fields and unknown types are to be ignored. What is not listed here is denied."
        ),
    }


def _server() -> Json:
    return {
        "host": "{host}",
        "protocol": "kafka-secure",
        "description": "Every principal signs in with a name and a password of its own.",
        "variables": {"host": {"default": "127.0.0.1:9092", "description": "BBCS_KAFKA_SERVERS"}},
        "security": [{"$ref": "#/components/securitySchemes/scram"}],
    }


def _channels() -> Iterator[Topic]:
    return topics.declared([_UNIT])


def _id(topic: Topic) -> str:
    return topic.name.replace(_UNIT, "unit")


def _channel(topic: Topic, examples: Mapping[str, Json], models: Mapping[str, type[BaseModel]]) -> Json:
    messages = _messages(topic, examples, models)
    channel = {
        "address": topic.name,
        "summary": f"By {topic.key}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {"kafka": _kafka(topic)},
    }
    if _UNIT in topic.name:
        channel["parameters"] = {"unit": {"description": "The unit's code, as the directory lists it."}}
    return channel


def _messages(topic: Topic, examples: Mapping[str, Json], models: Mapping[str, type[BaseModel]]) -> list[str]:
    """What travels on the topic, found out by where the examples of facts are told."""
    if topic.personal:
        form = _FORMS[topic.name.partition(".")[0]]
        return [form] if form in models else []
    if topic.name.endswith(".parked"):
        return [MessageParked.TYPE]
    kind = topic.name.partition(".")[0]
    if kind == "actions":
        return [_UNIT_ACTION] if _UNIT_ACTION in models else []
    if _UNIT in topic.name:
        return [
            type_ for type_, body in examples.items() if any(name.startswith(f"{kind}.") for name in _told(type_, body))
        ]
    return [type_ for type_, body in examples.items() if topic.name in _told(type_, body)]


def _told(type_: str, body: Json) -> tuple[str, ...]:
    return FACTS[type_].model_validate_json(json.dumps(body)).topics


def _kafka(topic: Topic) -> Json:
    configuration = {
        "cleanup.policy": ["compact" if topic.compacted else "delete"],
        "retention.ms": topic.retention_ms,
        "max.message.bytes": topic.max_message_bytes,
    }
    return {"partitions": topic.partitions, "topicConfiguration": configuration, "bindingVersion": _BINDING}


def _operations(channels: Iterable[Topic]) -> Iterator[tuple[str, Json]]:
    for topic in channels:
        for principal in topic.writers:
            yield f"{_named(principal)}.send.{_id(topic)}", _operation("send", principal, topic)
        for principal in topic.readers:
            if principal != OPERATOR:
                yield f"{_named(principal)}.receive.{_id(topic)}", _operation("receive", principal, topic)


def _named(principal: str) -> str:
    return principal.replace(_UNIT, "unit")


def _operation(action: str, principal: str, topic: Topic) -> Json:
    channel = f"#/channels/{_id(topic)}"
    verb = "writes" if action == "send" else "reads"
    operation: Json = {
        "action": action,
        "channel": {"$ref": channel},
        "summary": f"{principal} {verb} {topic.name}.",
        "tags": [{"name": principal}],
    }
    if action == "receive":
        group = {"type": "string", "pattern": f"^{principal.replace(_UNIT, '[a-z][a-z0-9-]{1,30}')}"}
        operation["bindings"] = {"kafka": {"groupId": group, "bindingVersion": _BINDING}}
    return operation


def _components(examples: Mapping[str, Json], models: Mapping[str, type[BaseModel]]) -> Json:
    schemas: Json = {}
    for name, model in {**FACTS, **models}.items():
        schemas |= _schemas(name, model)
    messages = {type_: _fact(fact, examples.get(type_)) for type_, fact in sorted(FACTS.items())}
    return {
        "messages": messages | {name: _plain(name, model) for name, model in models.items()},
        "messageTraits": {"cloudevent": _cloudevent()},
        "schemas": dict(sorted(schemas.items())),
        "securitySchemes": {"scram": {"type": "scramSha256", "description": "SASL/SCRAM-SHA-256"}},
    }


def _schemas(name: str, model: type[BaseModel]) -> Json:
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs", {}), name: schema}


def _fact(fact: type[Fact], example: Json | None) -> Json:
    message = {
        "name": fact.TYPE,
        "title": fact.__name__,
        "summary": (fact.__doc__ or "").split("\n")[0],
        "contentType": "application/json",
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "payload": {"$ref": f"#/components/schemas/{fact.TYPE}"},
        "traits": [{"$ref": "#/components/messageTraits/cloudevent"}],
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": _BINDING}},
    }
    return message if example is None else {**message, "examples": [{"payload": example}]}


def _plain(name: str, model: type[BaseModel]) -> Json:
    return {
        "name": name,
        "title": model.__name__,
        "summary": (model.__doc__ or "").split("\n")[0],
        "contentType": "application/json",
        "payload": {"$ref": f"#/components/schemas/{name}"},
    }


def _cloudevent() -> Json:
    properties = {name: {"type": "string", "description": said, **more} for name, (said, more) in _HEADERS.items()}
    required = [name for name in _HEADERS if name not in _OPTIONAL]
    return {"headers": {"type": "object", "required": required, "properties": properties}}


def read(folder: Path) -> dict[str, Json]:
    """The example bodies of a folder by the type of their fact: `<type>.json`."""
    return {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json"))}
