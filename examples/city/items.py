"""What people said when they left half-way: lines of a file, or as many as wanted, made of the sample's lines."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).with_name("sample.jsonl")


def written(lines: str) -> list[dict[str, Any]]:
    """Items of JSON Lines."""
    return [json.loads(line) for line in lines.splitlines() if line.strip()]


def made(count: int, after: int, now: datetime) -> Iterator[dict[str, Any]]:
    """So many new items, numbered after a number, each said by a person a moment ago."""
    persons = [one for one in written(SAMPLE.read_text("utf-8")) if of_a_person(one)]
    for number, one in enumerate(islice(cycle(persons), count), after + 1):
        yield one | {
            "key": f"SH{now:%Y%m%d}{number:06d}",
            "project_number": f"310151{now:%Y%m%d}{number:08d}",
            "happened_at": (now - timedelta(seconds=3)).isoformat(timespec="milliseconds"),
            "received_at": now.isoformat(timespec="milliseconds"),
        }


def of_a_person(item: dict[str, Any]) -> bool:
    """Whether a person said it, for the first time: no default, no import, no second rating, no correction."""
    first = item["assess_number"] == 1 and item["corrects"] is None
    return first and item["pf"] != 7 and not item["default_rating"]
