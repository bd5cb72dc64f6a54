"""How many complaints one core ranks: a model that learned from as many, joined with the whole directory."""

import csv
import random
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter

from tests.load.measures import Measure, Measures, percentile
from tests.load.words import Words

from intake.domain.ranking import Directory, Matter, Ranker, Row, learn, lesson, spelled

_ROWS = 1000
_LABELS = 30


def measure(directory: Path, words: Words, seconds: int) -> Measures:
    """Rankings in a second of one core's time on end, and how long one takes."""
    matters, dice = _matters(directory), random.Random(1)
    said = [words(dice) for _ in range(_ROWS)]
    labels = cycle(list(matters)[:_LABELS])
    rows = [Row(subject, text, next(labels)) for subject, text in said]
    ranker = Ranker(Directory(matters), learn(lesson(rows, {}))[0])
    ranker.rank("", "", 5)
    took, end = list[float](), perf_counter() + seconds
    while (begun := perf_counter()) < end:
        subject, text = said[len(took) % _ROWS]
        ranker.rank(subject, text, 5)
        took.append(perf_counter() - begun)
    return {
        "ranking.per_s": Measure(len(took) / sum(took), "rankings/s"),
        "ranking.p99_ms": Measure(percentile(took, 99) * 1000, "ms"),
    }


def _matters(directory: Path) -> dict[str, Matter]:
    """The matters of a directory; who owns them is not asked."""
    with (directory / "matters.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(islice(csv.DictReader(file), 3000))
    called = {line["code"]: (line["name"], *filter(None, line["synonyms"].split("|"))) for line in lines}
    return {code: Matter(code, names[0], names[1:], spelled(names), {}) for code, names in called.items()}
