"""`bbcs clocks`: whether the machines' clocks are trusted, and the operator's word for one that jumped (rules 4.7)."""

import asyncio
import getpass
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console

from chassis import steady
from chassis.cli.databases import services, transaction
from chassis.cli.failure import Unable
from chassis.cli.say import Json, say, table
from chassis.clock import clock_from
from chassis.db import Session, rows
from chassis.steady import Witness
from contracts.base import rfc3339

app = typer.Typer(help="The machines' clocks: are they trusted; confirm one that jumped.", no_args_is_help=True)

Act = Callable[[Session], Awaitable[list[Witness]]]
Shown = dict[str, Any]

_WITNESSED = "SELECT to_regclass('clock_witness') IS NOT NULL AS there"
_COLUMNS = ("service", "machine", "seen at", "in doubt since")


@app.command(name="list")
def list_(json: Json = False) -> None:
    """Show the clocks of machines on which services ran, and since when those are in doubt that jumped.

    While one is in doubt no light turns by the passing of time: services wait until it is back, or confirmed.
    """
    shown = asyncio.run(_everywhere(steady.witnesses))
    say(shown, json, lambda screen: _show(screen, shown))


@app.command()
def confirm(
    reason: Annotated[str, typer.Option(help="Why the clock is right as it is; it is kept in the audit trail.")],
    machine: Annotated[str | None, typer.Argument(help="Which, as `bbcs clocks list` shows it; all if none.")] = None,
    json: Json = False,
) -> None:
    """Say that a clock in doubt is right as it is now: lights turn again, by it, within a second."""
    words, now = reason.strip(), clock_from(os.environ.get("BBCS_CLOCK")).now()
    if not words:
        raise Unable("Say with --reason why the clock is right as it is.")
    said = f"{getpass.getuser()}: {words}"
    shown = asyncio.run(_everywhere(lambda session: steady.confirm(session, machine, said, now)))
    if not shown:
        raise Unable("No clock is in doubt." if machine is None else f"The clock of {machine} is not in doubt.")
    say(shown, json, lambda screen: screen.print(f"{len(shown)} clocks are confirmed."))


async def _everywhere(act: Act) -> list[Shown]:
    """What is known in the database of each service that watches a clock, one transaction each."""
    shown: list[Shown] = []
    for service in services():
        async with transaction(service) as session:
            (witnessed,) = await rows(session, _WITNESSED)
            shown += [_plain(service, one) for one in await act(session)] if witnessed.there else []
    return shown


def _plain(service: str, one: Witness) -> Shown:
    since = rfc3339(one.doubted_since) if one.doubted_since else None
    return {"service": service} | asdict(one) | {"seen_at": rfc3339(one.seen_at), "doubted_since": since}


def _show(screen: Console, shown: list[Shown]) -> None:
    rows_ = ((one["service"], one["machine"], one["seen_at"], one["doubted_since"]) for one in shown)
    screen.print(table(_COLUMNS, rows_))
    doubted = sum(one["doubted_since"] is not None for one in shown)
    screen.print(f"{doubted} in doubt: set it right, or say bbcs clocks confirm." if doubted else "None is in doubt.")
