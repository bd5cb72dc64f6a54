"""`bbcs city`: compare our ledger with the city's, and send again what it forgot; and what `bbcs trace` asks."""

import asyncio
import re
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console

from chassis.cli.failure import Unable
from chassis.cli.say import Json, say, table
from chassis.cli.traced import ids
from chassis.cli.working import without_doors
from chassis.running import Running
from chassis.work import Work
from portal_bridge import usecases
from portal_bridge.domain import Again, Difference, Discord, Passed
from portal_bridge.usecases import Kit, NotReached, comparing

app = typer.Typer(help="What passed between the city and the district.", no_args_is_help=True)

_OFFICER = re.compile(r"centre/[A-Za-z0-9._-]{1,32}")
_MEANING = {
    Discord.ITEM_UNKNOWN: "the city takes it that it is here, and it has not come",
    Discord.ITEM_DIFFERENT: "it came with another body",
    Discord.REPLY_FORGOTTEN: "the city answered that it has it, and does not have it",
    Discord.REPLY_UNKNOWN: "the city has it, and it was never sent",
    Discord.REPLY_DIFFERENT: "the city has another body than was sent",
}


class Compared(NamedTuple):
    """How many entries the city's ledger has, and where it is not ours."""

    entries: int
    differences: list[Difference]


async def city_keys(work: Work[Any], keys: Collection[str]) -> list[str]:
    """The city's keys of those things that are complaints which came of its feedback."""
    return await usecases.centre.keys_of(work, ids(keys))


@app.command()
def compare(json: Json = False) -> None:
    """Read the city's ledger, and list where it does not agree with ours."""

    async def done() -> Compared:
        async with _opened() as running:
            return await _compared(running)

    found = asyncio.run(done())
    said = {"entries": found.entries, "differences": [one._asdict() for one in found.differences]}
    say(said, json, lambda screen: _show(screen, found))


@app.command()
def send_again(
    by: Annotated[str, typer.Option("--by", help="centre/NUMBER: who wants it; kept on record.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the audit trail.")],
    json: Json = False,
) -> None:
    """Compare, and tell the city again what it forgot, each reply under its number."""
    if not _OFFICER.fullmatch(by) or not reason.strip():
        raise Unable("--by is centre/NUMBER, and --reason says why.")
    again = asyncio.run(_send_again(by, reason.strip()))
    said = [{"city_key": one.city_key, "number": one.number, "kind": one.kind} for one in again]
    columns = ("key", "number", "kind")
    say(said, json, lambda screen: screen.print(table(columns, [tuple(one.values()) for one in said])))


async def _send_again(by: str, reason: str) -> Sequence[Again]:
    async with _opened() as running:
        found = await _compared(running)
        forgotten = [Passed(key, reply) for what, key, reply in found.differences if what is Discord.REPLY_FORGOTTEN]
        work: Work[Kit]
        async with running.work() as work:
            return await comparing.send_again(work, forgotten, by, reason)


async def _compared(running: Running) -> Compared:
    work: Work[Kit]
    async with running.work() as work:
        taken = await comparing.taken(work)
    entries = await comparing.read(running.kit)
    async with running.work() as work:
        return Compared(len(entries), await comparing.compare(work, taken, entries))


@asynccontextmanager
async def _opened() -> AsyncIterator[Running]:
    """The service without its doors. Raises Unable, also where no city is to be had."""
    async with without_doors("portal-bridge") as running:
        if running.kit.city is None:
            raise Unable("No city was agreed: set BBCS_PORTAL_BRIDGE_CITY_URL.")
        try:
            yield running
        except NotReached:
            raise Unable("The city's ledger cannot be read: does it answer, and take our signature?") from None


def _show(screen: Console, found: Compared) -> None:
    if found.differences:
        rows = ((one.what, one.city_key, one.reply, _MEANING[one.what]) for one in found.differences)
        screen.print(table(("difference", "key", "reply", ""), rows))
    screen.print(f"{found.entries} entries of the city's ledger, {len(found.differences)} differences.")
