"""Every fact keeps its promise: what was released parses for ever, and the files beside the models are theirs."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import Field, create_model

from contracts import generate
from contracts.base import Fact
from contracts.compatibility import broken
from contracts.facts import FACTS
from contracts.generate import FOLDER, Broken, check, extra
from contracts.parking import MessageParked

EXAMPLES = {file.stem: file for file in sorted((FOLDER / "examples").glob("*.json"))}


def example(type_: str) -> Any:
    return json.loads(EXAMPLES[type_].read_text("utf-8"))


@pytest.mark.parametrize("type_", EXAMPLES)
def test_every_released_example_is_read_whole(type_: str) -> None:
    said = example(type_)
    fact = FACTS[type_].parse(EXAMPLES[type_].read_bytes())
    assert fact.model_dump(mode="json").items() >= said.items()
    assert fact.key
    assert fact.topics


@pytest.mark.parametrize("type_", FACTS)
def test_every_schema_takes_the_example_and_what_the_model_writes(type_: str) -> None:
    schema = json.loads((FOLDER / "schemas" / f"{type_}.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    validator.validate(example(type_))
    validator.validate(json.loads(FACTS[type_].parse(EXAMPLES[type_].read_bytes()).model_dump_json()))


def test_the_form_that_channels_fill_in_has_a_schema() -> None:
    assert "complaint-form" in extra()


def test_nothing_beside_the_models_is_stale() -> None:
    assert check() == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of what is derived, to be spoilt."""
    for name in ("schemas", "examples", "asyncapi", "CHANGELOG.md"):
        copy = shutil.copytree if (FOLDER / name).is_dir() else shutil.copy
        copy(FOLDER / name, tmp_path / name)
    return tmp_path


def test_a_stale_schema_is_named_with_what_to_do(folder: Path) -> None:
    file = folder / "schemas" / "ticket.opened.v1.json"
    file.write_text(file.read_text("utf-8").replace("A ticket was opened", "It was opened"), "utf-8")
    (sentence,) = check(folder)
    assert sentence.startswith("schemas/ticket.opened.v1.json is not what the models say.")
    assert "python -m contracts generate" in sentence
    assert generate.generate(folder) == ["schemas/ticket.opened.v1.json"]
    assert check(folder) == []


def test_a_fact_without_example_or_line_is_named(folder: Path) -> None:
    (folder / "examples" / "message.parked.v1.json").unlink()
    (folder / "CHANGELOG.md").write_text("", "utf-8")
    found = check(folder)
    assert any(one.startswith(f"{MessageParked.TYPE} has no example") for one in found)
    assert len([one for one in found if "has no line in CHANGELOG.md" in one]) == len(FACTS)


def test_a_schema_of_no_fact_is_named_and_stays(folder: Path) -> None:
    (folder / "schemas" / "ticket.lost.v1.json").write_text("{}", "utf-8")
    generate.generate(folder)
    (sentence,) = check(folder)
    assert sentence.startswith("schemas/ticket.lost.v1.json belongs to no fact.")


def test_a_promise_that_is_broken_is_not_written_over(folder: Path) -> None:
    file = folder / "schemas" / "ticket.opened.v1.json"
    promised = json.loads(file.read_text("utf-8"))
    promised["properties"]["room"] = {"type": "string"}
    file.write_text(json.dumps(promised), "utf-8")
    with pytest.raises(Broken, match=r"room: it is gone[\s\S]*make a v2"):
        generate.generate(folder)
    assert json.loads(file.read_text("utf-8")) == promised


def changed(**fields: Any) -> list[str]:
    """What is broken when a fact's model gets these fields, None taking one away."""
    old: Any = {"unit": (str, ...), "count": (int, 0)}
    new = {name: field for name, field in {**old, **fields}.items() if field is not None}
    schemas = [create_model("Told", **given).model_json_schema() for given in (old, new)]
    return list(broken(*schemas))


def test_a_field_may_be_added_with_a_default() -> None:
    assert changed(more=(str | None, None)) == []


def test_what_a_field_says_to_people_may_change() -> None:
    assert changed(unit=(str, Field(description="The unit's code."))) == []


def test_a_form_may_take_another_alternative_and_never_one_less() -> None:
    fewer, more = ({"oneOf": [{"$ref": name} for name in names]} for names in (("a", "b"), ("a", "b", "c")))
    assert list(broken(fewer, more)) == []
    assert list(broken(more, fewer, "do")) == ["do: an alternative is gone"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"unit": None}, ["unit: it is gone", "unit: it may be missing now"]),
        ({"unit": (int, ...)}, ["unit: it has another form"]),
        ({"more": (str, ...)}, ["more: it must be given now"]),
        ({"count": (int, ...)}, ["count: it must be given now"]),
        ({"unit": (str, "")}, ["unit: it may be missing now"]),
    ],
)
def test_anything_else_breaks_the_promise(fields: dict[str, Any], told: list[str]) -> None:
    assert changed(**fields) == told


def test_every_fact_says_what_it_tells() -> None:
    assert [fact.TYPE for fact in FACTS.values() if not fact.__doc__ or fact.__doc__ == Fact.__doc__] == []


def test_in_whatever_order_facts_are_imported_the_files_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = generate.files(FOLDER)
    backwards = dict(reversed(FACTS.items()))
    monkeypatch.setattr("contracts.generate.FACTS", backwards)
    monkeypatch.setattr("contracts.asyncapi.FACTS", backwards)
    assert generate.files(FOLDER) == wanted
