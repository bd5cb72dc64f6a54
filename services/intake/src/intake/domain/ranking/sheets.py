"""What a model is trained and evaluated with, out of files: decided complaints, and names of what labels mean."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.ids import matter_code
from contracts.refusals import Refused
from intake.domain.ranking.learning import Row

_LABELS = ("matter", "matter_code", "label", "category")


def rows(body: bytes) -> list[Row]:
    """The complaints in JSON Lines, each with `subject`, `text` and, where it was decided, one of `matter`, `category`.

    Raises ValueError with the line that is none.
    """
    return [_row(number, line) for number, line in enumerate(body.decode("utf-8-sig").splitlines(), 1) if line.strip()]


def names(body: bytes) -> dict[str, list[str]]:
    """What belongs to labels, out of CSV with a header: the label in the first column, names in the others."""
    found: dict[str, dict[str, None]] = {}
    table = csv.reader(io.StringIO(body.decode("utf-8-sig")))
    next(table, None)
    for label, *called in table:
        found.setdefault(label.strip(), {}).update(dict.fromkeys(_named(called)))
    return {label: list(called) for label, called in found.items()}


def _named(called: list[str]) -> Iterator[str]:
    said = [name.strip() for name in called if name.strip()]
    yield from said
    if len(said) > 1:
        yield "".join(said)


def _row(number: int, line: str) -> Row:
    try:
        said = json.loads(line)
        return Row(str(said["subject"]), str(said["text"]), _label(said))
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"line {number} is no JSON object with subject and text") from None


def _label(said: Mapping[str, Any]) -> str | None:
    label = next((str(said[name]).strip() for name in _LABELS if said.get(name)), None)
    try:
        return matter_code(label) if label else None
    except Refused:
        return label
