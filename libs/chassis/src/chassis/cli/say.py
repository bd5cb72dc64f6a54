"""How commands answer: tables for people, or one JSON value, last, for programs."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

Json = Annotated[bool, typer.Option("--json", help="Print one JSON value instead of a table.")]
"""The option that every command has."""

_WIDE = 200


def say(value: Any, as_json: bool, show: Callable[[Console], None]) -> None:
    """Print the value as JSON, or let `show` draw it."""
    if as_json:
        print_json(value)
    else:
        show(console())


def print_json(value: Any) -> None:
    """One JSON value on one line; instants and ids as strings."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def console() -> Console:
    """Where people read; wide where nobody's window sets the width."""
    width = None if sys.stdout.isatty() else _WIDE
    return Console(markup=False, highlight=False, emoji=False, width=width)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table without frame. What cannot be printed is shown as �: a key may hold anything."""
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(printable(cell) for cell in row))
    return drawn


def printable(cell: object) -> str:
    """The cell as text without control characters; nothing for None."""
    text = "" if cell is None else str(cell)
    return "".join(one if one.isprintable() else "�" for one in text)
