"""`bbcs tail`: the facts of a topic as they were told."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Protocol

import typer
from rich.console import Console

from chassis.cli import records, wanted
from chassis.cli.environment import login
from chassis.cli.failure import Unable
from chassis.cli.say import Json, console, printable, say, table
from contracts import base, facts
from contracts.base import Fact, rfc3339
from contracts.refusals import Refused
from contracts.topics import OPERATOR

Row = dict[str, Any]

_COLUMNS = ("time", "type", "key", "sequence", "says")


class Record(Protocol):
    """A Kafka record, as any client gives it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    headers: Any
    value: bytes | None


def tail(
    topic: Annotated[str, typer.Argument(help="A topic of `bbcs topics`.")],
    from_start: Annotated[bool, typer.Option("--from-start", help="Everything from the beginning.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes, until Ctrl-C.")] = False,
    count: Annotated[int | None, typer.Option("-n", min=0, help="How many: the last ones (10), or the first.")] = None,
    json: Json = False,
) -> None:
    """Show the facts of a topic: when, what, of which thing, its number in that thing's row, and its codes."""
    if wanted.personal(topic):
        raise Unable(f"{topic} holds what people wrote: operators do not read it. `bbcs parked` tells what got stuck.")
    if follow and json:
        raise Unable("--json prints one value at the end, and --follow has no end: take one of them.")
    asyncio.run(_tail(topic, from_start, follow, count, json))


async def _tail(topic: str, from_start: bool, follow: bool, count: int | None, json: bool) -> None:
    shown = 10 if count is None and not from_start else count
    async with records.reader(login(OPERATOR), topic) as consumer:
        found = await records.existing(consumer, None if from_start else shown)
        rows = _cut(sorted(map(row, found), key=_order), from_start, shown)
        say(rows, json, lambda screen: _show(screen, rows))
        while follow:
            _more(console(), map(row, await records.arriving(consumer)))


def _cut(rows: list[Row], from_start: bool, count: int | None) -> list[Row]:
    if count is None:
        return rows
    return rows[:count] if from_start else rows[max(0, len(rows) - count) :]


def _order(one: Row) -> tuple[str, int, int]:
    return one["time"], one["partition"], one["offset"]


def row(record: Record) -> Row:
    """What can be said of a record; of one that is no readable fact its place and the reason, never what it holds."""
    place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    try:
        envelope = base.read(record.headers, record.value)
    except Refused as refused:
        at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
        return {"time": rfc3339(at), "unreadable": refused.code, "fields": refused.details.get("fields", []), **place}
    return {
        "time": rfc3339(envelope.time),
        "type": envelope.fact.TYPE,
        "key": envelope.key,
        "sequence": envelope.sequence,
        "id": str(envelope.id),
        "correlation": envelope.correlation,
        "causation": envelope.causation,
        "fact": envelope.fact.model_dump(mode="json"),
        **place,
    }


def _show(screen: Console, rows: Iterable[Row]) -> None:
    screen.print(table(_COLUMNS, map(_cells, rows)))


def _more(screen: Console, rows: Iterable[Row]) -> None:
    for one in sorted(rows, key=_order):
        screen.print("  ".join(printable(cell) for cell in _cells(one)), soft_wrap=True)


def _cells(one: Row) -> tuple[object, ...]:
    if "unreadable" in one:
        place = f"partition {one['partition']}, offset {one['offset']}"
        return one["time"], "unreadable", None, None, f"{one['unreadable']} at {place} {' '.join(one['fields'])}"
    return one["time"], one["type"], one["key"], one["sequence"], says(one["type"], one["fact"])


def says(type_: str, fact: Row, without: frozenset[str] = frozenset()) -> str:
    """The codes of a fact, without its key, its times, what is not given and what is left out."""
    model = facts.FACTS[type_]
    told = (name for name in model.model_fields if name not in without and _tells(model, name, fact[name]))
    return " ".join(f"{name}={fact[name]}" for name in told)


def _tells(model: type[Fact], name: str, value: object) -> bool:
    return name != model.KEY and value not in (None, [], ()) and not name.endswith("_at")
