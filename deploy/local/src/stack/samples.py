"""What `make run` submits: the project's own samples, or the lines of a JSONL file."""

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from contracts.vocabulary import Channel

SAMPLES = Path(__file__).parents[2] / "sample" / "complaints.jsonl"
_SHANGHAI = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Submission:
    """One body as a channel sends it. `source_id` is None where the body is not a complaint at all."""

    channel: Channel
    via: str
    body: bytes
    source_id: str | None


def own(now: datetime, run: str) -> list[Submission]:
    """The shipped samples, as if submitted until a minute ago; `run` makes their source ids new ones."""
    lines = [json.loads(line) for line in SAMPLES.read_text("utf-8").splitlines() if line]
    late = now - timedelta(minutes=1) - max(filter(None, map(_submitted_at, lines)))
    return [_wrapped(_renewed(line, late, run)) for line in lines]


def from_file(path: Path) -> list[Submission]:
    """A submission for each line that is not blank, whatever stands in it; the file's order is kept."""
    with path.open("rb") as lines:
        return [_of_line(line.strip()) for line in lines if line.strip()]


def _of_line(line: bytes) -> Submission:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        said = None
    match said:
        case {"channel": str(channel), "body": dict()} if channel in set(Channel):
            return _wrapped(said)
        case {"id": str() | int(), "user": _, "subject": _, "submitted_at": _, "text": _}:
            return _citizen_message(said)
        case {"channel": str(channel), **complaint} if channel in set(Channel):
            return _submission(Channel(channel), "topic", complaint)
        case {"source_id": str(source)}:
            return Submission(Channel.CITIZEN_APP, "topic", line, source)
        case _:
            return Submission(Channel.CITIZEN_APP, "topic", line, None)


def _citizen_message(said: dict[str, Any]) -> Submission:
    """A message of a public letter box, given to one of the seven channels by its id."""
    channels = list(Channel)
    return _submission(
        channels[zlib.crc32(str(said["id"]).encode()) % len(channels)],
        "topic",
        {
            "source_id": str(said["id"]),
            "submitted_at": said["submitted_at"],
            "reporter": {"kind": "citizen", "name": said["user"]},
            "subject": said["subject"],
            "text": said["text"],
        },
    )


def _wrapped(said: dict[str, Any]) -> Submission:
    body = said["body"]
    if set(body) == {"raw"}:
        return Submission(Channel(said["channel"]), "topic", body["raw"].encode(), None)
    return _submission(Channel(said["channel"]), said.get("via", "topic"), body)


def _submission(channel: Channel, via: str, body: Mapping[Any, Any]) -> Submission:
    source = body.get("source_id")
    written = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return Submission(channel, via, written, source if isinstance(source, str) else None)


def _submitted_at(line: dict[str, Any]) -> datetime | None:
    said = line["body"].get("submitted_at")
    return datetime.fromisoformat(said) if said else None


def _renewed(line: dict[str, Any], late: timedelta, run: str) -> dict[str, Any]:
    at = _submitted_at(line)
    if at is None:
        return line
    moved = (at + late).astimezone(_SHANGHAI).isoformat(timespec="seconds")
    return line | {"body": line["body"] | {"source_id": f"{line['body']['source_id']}-{run}", "submitted_at": moved}}


def repeats(submissions: list[Submission]) -> Iterator[bool]:
    """For each, whether its channel and source id stood before it with another body: it must end parked (rules 2.2)."""
    first: dict[tuple[str, str], bytes] = {}
    for one in submissions:
        if one.source_id is None:
            yield False
        else:
            yield first.setdefault((one.channel, one.source_id), one.body) != one.body
