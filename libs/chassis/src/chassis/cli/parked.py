"""`bbcs parked`: messages that a service could not take. Look at them, put them back, or dismiss them with a reason."""

import asyncio
import getpass
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console

from chassis.cli import stuck
from chassis.cli.databases import services, transaction
from chassis.cli.failure import Unable
from chassis.cli.say import Json, say, table
from chassis.cli.stuck import Choice
from chassis.clock import clock_from
from chassis.db import Row, Session
from contracts.refusals import REFUSALS
from contracts.topics import OPERATOR

app = typer.Typer(help="Messages that could not be taken: look, put back, dismiss.", no_args_is_help=True)

Ids = Annotated[list[UUID] | None, typer.Argument(help="Ids, as `bbcs parked list` shows them.", show_default=False)]
All = Annotated[bool, typer.Option("--all", help="Every one that is open.")]
Code = Annotated[str | None, typer.Option(help="Those refused with this code.")]
Topic = Annotated[str | None, typer.Option(help="Those of this topic.")]

Act = Callable[[Session], Awaitable[list[Row]]]
Shown = dict[str, Any]

_COLUMNS = ("service", "id", "topic", "place", "code", "fields", "state", "tried", "parked at")


@app.command(name="list")
def list_(
    code: Code = None,
    topic: Topic = None,
    settled: Annotated[bool, typer.Option("--all", help="Those put back or dismissed long ago too.")] = False,
    most: Annotated[int, typer.Option("-n", min=1, help="How many of each service, oldest first.")] = 100,
    json: Json = False,
) -> None:
    """Show parked messages: where they stood and why they were refused, never what they hold."""
    shown, count = asyncio.run(_list(Choice(code=code, topic=topic), settled, most))
    say(shown, json, lambda screen: _show_list(screen, shown, count))


@app.command()
def show(parked_id: UUID, json: Json = False) -> None:
    """Show one parked message with all that is known of it; a reporter's words are not."""
    shown, _ = asyncio.run(_list(Choice(ids=[parked_id]), True, 1))
    if not shown:
        raise Unable(f"No service has a parked message {parked_id}.")
    say(shown[0], json, lambda screen: _show_one(screen, shown[0]))


@app.command()
def retry(ids: Ids = None, all_: All = False, code: Code = None, topic: Topic = None, json: Json = False) -> None:
    """Let services try messages again: by id, by code, by topic, or --all. What waits behind them follows."""
    choice = _choice(ids, all_, code, topic)
    shown = asyncio.run(_everywhere(lambda session: stuck.put_back(session, choice)))
    _answer(choice, shown, json, "will be tried again")


@app.command()
def dismiss(
    reason: Annotated[str, typer.Option(help="Why they are given up; it is kept with them and in the audit trail.")],
    ids: Ids = None,
    all_: All = False,
    code: Code = None,
    topic: Topic = None,
    json: Json = False,
) -> None:
    """Give messages up, by id, by code, by topic, or --all: they have no effect, and what waits behind them goes on."""
    choice, words, now = _choice(ids, all_, code, topic), reason.strip(), clock_from(os.environ.get("BBCS_CLOCK")).now()
    if not words:
        raise Unable("Say with --reason why they are given up.")
    by = f"{OPERATOR} {getpass.getuser()}"
    shown = asyncio.run(_everywhere(lambda session: stuck.dismiss(session, choice, words, by, now)))
    _answer(choice, shown, json, "are dismissed")


def _choice(ids: Sequence[UUID] | None, all_: bool, code: str | None, topic: str | None) -> Choice:
    choice = Choice(list(ids) if ids else None, code, topic)
    if choice.named == all_:
        raise Unable("Say which: ids, --code, --topic, or --all without any of them.")
    if code is not None and code not in REFUSALS:
        raise Unable(f"No refusal is called {code}.")
    return choice


async def _list(choice: Choice, settled: bool, most: int) -> tuple[list[Shown], int]:
    shown: list[Shown] = []
    count = 0
    for service in services():
        async with transaction(service) as session:
            found, of_service = await stuck.found(session, choice, settled=settled, most=most)
        shown += [stuck.plain(service, row) for row in found]
        count += of_service
    return shown, count


async def _everywhere(act: Act) -> list[Shown]:
    """What was done in each service's database, one transaction each."""
    shown: list[Shown] = []
    for service in services():
        async with transaction(service) as session:
            shown += [stuck.plain(service, row) for row in await act(session)]
    return shown


def _answer(choice: Choice, shown: Sequence[Shown], json: bool, what: str) -> None:
    """Say what was done. Raises Unable when an id that was given is not open, after the others were settled."""
    say(list(shown), json, lambda screen: screen.print(f"{len(shown)} messages {what}."))
    left = {str(one) for one in choice.ids or ()} - {one["id"] for one in shown}
    if left:
        raise Unable(f"Not parked, settled already, or waiting behind another one: {', '.join(sorted(left))}.")


def _show_list(screen: Console, shown: Sequence[Shown], count: int) -> None:
    screen.print(table(_COLUMNS, map(_cells, shown)))
    if count > len(shown):
        screen.print(f"{count - len(shown)} more: -n shows more of them.")


def _cells(one: Shown) -> tuple[object, ...]:
    place, fields = f"{one['partition']}/{one['offset']}", ", ".join(one["fields"])
    head = (one["service"], one["id"], one["topic"], place)
    return (*head, one["code"], fields, one["state"], one["attempts"], one["parked_at"])


def _show_one(screen: Console, one: Shown) -> None:
    meaning = REFUSALS[one["code"]].title if one["code"] in REFUSALS else None
    said = {**one, "fields": ", ".join(one["fields"]), "meaning": meaning}
    screen.print(table(("", ""), ((name, value) for name, value in said.items() if value not in (None, ""))))
