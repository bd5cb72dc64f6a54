"""What is derived from the models: a JSON Schema for every fact, and the AsyncAPI document. Written, or checked."""

import json
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from contracts import asyncapi
from contracts.compatibility import broken
from contracts.facts import FACTS

FOLDER = Path(__file__).parents[2]
"""libs/contracts"""

EXTRA = "bbcs.schemas"
"""The group of entry points under which a package names what others write to it and is no fact: `complaint-form`."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_HOW = (
    "A field may be added with a default: `python -m contracts generate`, and a line in CHANGELOG.md. "
    "Anything else breaks a promise: leave the fact as it was and make a v2 beside it."
)


class Broken(Exception):  # noqa: N818 - a sentence for whoever changed a model
    """What was promised is not kept; the message says where, and what to do instead."""


def generate(folder: Path = FOLDER) -> list[str]:
    """Write what is derived; gives the files that changed. Raises Broken, before anything is written."""
    wanted = files(folder)
    promises = [promise for name, text in wanted.items() for promise in _broken(folder / name, text)]
    if promises:
        raise Broken("\n".join([*promises, _HOW]))
    changed = [name for name, text in wanted.items() if _read(folder / name) != text]
    for name in changed:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(wanted[name], "utf-8")
    return changed


def check(folder: Path = FOLDER) -> list[str]:
    """What is wrong with the files beside the models, as sentences that say what to do; nothing when all is well."""
    wanted = files(folder)
    stale = [name for name, text in wanted.items() if _read(folder / name) != text]
    return [
        *(f"{name} is not what the models say. {_HOW}" for name in stale),
        *(
            f"{name} belongs to no fact. A fact that was told stays; what was never told may be taken away."
            for name in left_over(folder, wanted)
        ),
        *_without_example(folder),
        *_without_line(folder),
    ]


def files(folder: Path) -> dict[str, str]:
    """Every derived file by its place under the folder, as it must read."""
    models = extra()
    schemas = {f"schemas/{name}.json": _text(_schema(name, model)) for name, model in {**FACTS, **models}.items()}
    examples = {type_: body for type_, body in asyncapi.read(folder / "examples").items() if type_ in FACTS}
    return schemas | {"asyncapi/asyncapi.json": _text(asyncapi.document(examples, models))}


def extra() -> dict[str, type[BaseModel]]:
    """What others write to a service and is no fact, by name."""
    return {point.name: point.load() for point in sorted(entry_points(group=EXTRA))}


def left_over(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """Schemas that nothing is derived to (any more)."""
    found = (f"schemas/{file.name}" for file in sorted((folder / "schemas").glob("*.json")))
    return [name for name in found if name not in wanted]


def _schema(name: str, model: type[BaseModel]) -> dict[str, Any]:
    kind = "fact" if name in FACTS else "form"
    return {"$schema": _DIALECT, "$id": f"urn:bbcs:{kind}:{name}", **model.model_json_schema()}


def _broken(file: Path, text: str) -> Iterator[str]:
    """The promises of the schema in the file that its new text does not keep."""
    old = _read(file)
    if old is not None and file.parent.name == "schemas":
        yield from (f"{file.name}: {promise}" for promise in broken(json.loads(old), json.loads(text)))


def _without_example(folder: Path) -> Iterator[str]:
    for type_ in FACTS:
        if not (folder / "examples" / f"{type_}.json").is_file():
            yield f"{type_} has no example: write examples/{type_}.json, the body as it is told; it stays for ever."


def _without_line(folder: Path) -> Iterator[str]:
    lines = _read(folder / "CHANGELOG.md") or ""
    for type_ in FACTS:
        if f"`{type_}`" not in lines:
            yield f"{type_} has no line in CHANGELOG.md: say under Unreleased what it tells and who tells it."


def _read(file: Path) -> str | None:
    return file.read_text("utf-8") if file.is_file() else None


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
