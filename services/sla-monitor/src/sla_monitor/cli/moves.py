"""Which open tickets a notice would move: counted, the first of them named, all of them in a file."""

import csv
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console

from chassis.cli.failure import Unable
from chassis.cli.say import table
from chassis.running import Running
from contracts.vocabulary import ClockKind
from sla_monitor import usecases
from sla_monitor.domain import SHANGHAI
from sla_monitor.usecases import Amended, Move

_MOST_NAMED = 50


class Group(NamedTuple):
    """Clocks of one kind that move from one date to another."""

    clock: ClockKind
    due: date
    new_due: date


@dataclass(slots=True)
class Moves:
    """What would move: clocks by kind and dates, the first tickets, and how long it took to find out."""

    tickets: int = 0
    clocks: Counter[Group] = field(default_factory=Counter)
    first: list[Move] = field(default_factory=list)
    seconds: float = 0

    def plain(self) -> dict[str, Any]:
        """For programs."""
        return {
            "tickets": self.tickets,
            "clocks": self.clocks.total(),
            "groups": [{**_plain_group(group), "clocks": count} for group, count in sorted(self.clocks.items())],
            "first": [_written(one) for one in self.first],
            "seconds": round(self.seconds, 1),
        }

    def show(self, screen: Console) -> None:
        """For people."""
        if self.first:
            named = ((one.ticket_id, one.clock, _local(one.due_at), _local(one.new_due_at)) for one in self.first)
            screen.print(table(("ticket", "clock", "due", "would be due"), named))
        if self.tickets > len({one.ticket_id for one in self.first}):
            screen.print("… and more: --moves FILE.csv names all of them.")
        if self.clocks:
            counted = ((*group, count) for group, count in sorted(self.clocks.items()))
            screen.print(table(("clock", "due", "would be due", "clocks"), counted))
        screen.print(f"{self.tickets} open tickets would move, found in {self.seconds:.1f} s.")


async def count_moves(running: Running, amended: Amended, file: Path | None) -> Moves:
    """Everything that a notice would move, written to the file as it is found. Raises Unable for one that cannot be."""
    begun, moves = time.monotonic(), Moves()
    with _file(file) as written:
        async for part in _parts(running, amended):
            _count(moves, part)
            written.writerows(map(_written, part))
    moves.seconds = time.monotonic() - begun
    return moves


async def _parts(running: Running, amended: Amended) -> AsyncIterator[list[Move]]:
    """Part after part, each in a transaction of its own: no snapshot is held for long."""
    if not amended.days:
        return
    async with running.work() as work:
        trial = await usecases.trial(work, amended)
    goes_on: usecases.Trial | None = trial
    while goes_on:
        async with running.work() as work:
            part, goes_on = await usecases.moves(work, goes_on)
        yield part


def _count(moves: Moves, part: list[Move]) -> None:
    moves.tickets += len({one.ticket_id for one in part})
    moves.clocks.update(Group(one.clock, _on(one.due_at), _on(one.new_due_at)) for one in part)
    known = {one.ticket_id for one in moves.first}
    for one in part:
        if one.ticket_id in known or len(known) < _MOST_NAMED:
            known.add(one.ticket_id)
            moves.first.append(one)


@contextmanager
def _file(file: Path | None) -> Iterator["csv.DictWriter[str]"]:
    """Where moves are written: to a file, or nowhere."""
    with ExitStack() as closing:
        try:
            opened = closing.enter_context((file or Path(os.devnull)).open("w", encoding="utf-8", newline=""))
        except OSError as error:
            raise Unable(f"{file} cannot be written ({type(error).__name__}).") from None
        writer = csv.DictWriter(opened, Move._fields)
        writer.writeheader()
        yield writer


def _written(move: Move) -> dict[str, str | None]:
    return {name: _cell(value) for name, value in move._asdict().items()}


def _cell(value: object) -> str | None:
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat()
    return None if value is None else str(value)


def _plain_group(group: Group) -> dict[str, str]:
    return {name: str(value) for name, value in group._asdict().items()}


def _on(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def _local(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(sep=" ", timespec="minutes")
