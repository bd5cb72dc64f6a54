"""What was measured, and the file in which it is kept."""

import json
from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import NamedTuple

RESULT = Path(__file__).parents[2] / ".bench" / "result.json"


class Measure(NamedTuple):
    """A number and its unit."""

    value: float
    unit: str


Measures = dict[str, Measure]


def keep(measures: Mapping[str, Measure], file: Path = RESULT) -> None:
    """Write them beside what earlier runs measured."""
    known = json.loads(file.read_text()) if file.exists() else {}
    new = {name: {"value": round(one.value, 4), "unit": one.unit} for name, one in measures.items()}
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(dict(sorted((known | new).items())), indent=2) + "\n")


def highest(one: Measures, other: Measures) -> Measures:
    """Both; of what each has the greater one."""
    return one | {name: max(found, one.get(name, found)) for name, found in other.items()}


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so many of a hundred do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share / 100 * len(ordered)) - 1)]
