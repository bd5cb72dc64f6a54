"""A fact is a promise: one producer, a schema, an example, a line in the changelog, and nothing that a person said."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args
from uuid import UUID

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from contracts import generate, topics
from contracts.base import Fact
from contracts.facts import FACTS
from contracts.parking import MessageParked

PERSONAL = re.compile(
    r"(?:^|_)(?:name|phone|mobile|telephone|email|mail|address|id_number|identity|card|birth\w*|gender|text|subject|"
    r"title|body|content|comment|remark|note|message|description|explanation|attachment|photo|secret|receipt)s?(?:_|$)"
)
OF_THE_DIRECTORY = {("unit.listed.v1", "name"), ("place.listed.v1", "name"), ("matter.listed.v1", "name")}
"""What the district itself is called and offers; no person."""

FREE = {
    ("unit.listed.v1", "name"),
    ("unit.listed.v1", "credit_code"),
    ("place.listed.v1", "name"),
    ("matter.listed.v1", "name"),
    ("matter.listed.v1", "synonyms"),
    ("ticket.dispatched.v1", "by"),
    ("action.applied.v1", "action"),
    ("action.refused.v1", "action"),
    ("action.refused.v1", "code"),
    ("message.parked.v1", "consumer"),
    ("message.parked.v1", "topic"),
    ("message.parked.v1", "code"),
    ("message.parked.v1", "fields"),
}
"""The fields without a form of their own: looked at one by one, they hold codes, paths, names of principals."""

TEACH = "topics carry ids, codes and times (rules 7): seal what people write with intake and tell its id"


def fields(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """Every field of the model and of the values inside it."""
    for name, field in model.model_fields.items():
        yield name, field
        for inner in _models(field.annotation):
            yield from fields(inner)


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _id_of_a_text(name: str, field: FieldInfo) -> bool:
    """Whether it names a text that is sealed with intake."""
    return name.endswith("_id") and UUID in (field.annotation, *get_args(field.annotation))


def _free(annotation: object, field: FieldInfo | None = None) -> bool:
    """Whether any text fits: a str without pattern, wherever it stands in the annotation."""
    if annotation is str:
        return not (field and field.metadata)
    form = getattr(annotation, "__metadata__", ())
    return not form and any(_free(inner) for inner in get_args(annotation))


@pytest.mark.parametrize("type_", FACTS)
def test_a_fact_has_one_producer_who_may_write_its_topic(type_: str) -> None:
    fact = FACTS[type_]
    if fact is MessageParked:
        return
    (topic,) = (one for one in topics.declared(["{unit}"]) if one.name == fact.TOPIC)
    assert topic.writers == (fact.PRODUCER,), f"{fact.TOPIC} is written by {fact.PRODUCER} alone (contracts.topics)"


def test_nobody_else_tells_it(services: list[Path]) -> None:
    producer = {fact.__name__: fact.PRODUCER for fact in FACTS.values()}
    for folder in services:
        for file in (folder / "src").rglob("*.py"):
            told = set(_called(ast.parse(file.read_text("utf-8")))) & producer.keys()
            foreign = [name for name in told if producer[name] != folder.name]
            assert not foreign, f"{file.name} of {folder.name} makes {foreign}, which another service tells"


def _called(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func).rpartition(".")[2]


def test_every_fact_is_told_by_somebody(services: list[Path]) -> None:
    sources = [file for folder in services for file in (folder / "src").rglob("*.py")]
    called = {name for file in sources for name in _called(ast.parse(file.read_text("utf-8")))}
    silent = {fact.__name__ for fact in FACTS.values() if fact is not MessageParked} - called
    assert not silent, f"nobody tells {sorted(silent)}"


def test_every_fact_has_a_schema_an_example_and_a_line_in_the_changelog() -> None:
    assert generate.check() == []


@pytest.mark.parametrize("type_", FACTS)
def test_a_type_is_past_tense_with_a_version(type_: str) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z]+(ed|t|n)(-[a-z]+)*\.v[1-9][0-9]*", type_), "thing.happened.v1"


@pytest.mark.parametrize("type_", FACTS)
def test_no_fact_carries_what_a_person_said_or_is(type_: str) -> None:
    said = [name for name, field in fields(FACTS[type_]) if PERSONAL.search(name) and not _id_of_a_text(name, field)]
    assert [name for name in said if (type_, name) not in OF_THE_DIRECTORY] == [], TEACH


@pytest.mark.parametrize("type_", FACTS)
def test_no_fact_has_room_for_free_text(type_: str) -> None:
    free = {name for name, field in fields(FACTS[type_]) if _free(field.annotation, field)}
    assert {name for name in free if (type_, name) not in FREE} == set(), TEACH


def test_the_search_finds_what_it_looks_for() -> None:
    class Inner(BaseModel):
        remark: str

    class Told(BaseModel):
        reporter_phone: str | None
        inside: tuple[Inner, ...]

    found = dict(fields(Told))
    assert [name for name in found if PERSONAL.search(name)] == ["reporter_phone", "remark"]
    assert all(_free(field.annotation, field) for name, field in found.items() if name != "inside")


def test_facts_are_frozen_and_ignore_what_they_do_not_know() -> None:
    for fact in FACTS.values():
        assert issubclass(fact, Fact)
        assert fact.model_config.get("frozen") is True
        assert fact.model_config.get("extra") == "ignore"
