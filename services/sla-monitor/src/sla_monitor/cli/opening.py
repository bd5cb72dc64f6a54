"""How an operator comes to the service's own work, and says who wants it."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, TypeVar

import typer

from chassis.cli.failure import Unable
from chassis.cli.working import without_doors
from chassis.running import Running
from chassis.work import Work
from contracts.refusals import Refused
from sla_monitor.usecases import Kit

Done = TypeVar("Done")
Officer = Annotated[str, typer.Option("--by", help="office/NUMBER or centre/NUMBER: who wants it; kept on record.")]
Unit = Annotated[str | None, typer.Option(help="Of this unit's clocks only; the whole district's if none is named.")]

_OFFICER = re.compile(r"(office|centre)/[A-Za-z0-9._-]{1,32}")
_UNABLE = {
    "calendar.not-yet": "The calendar has no rows yet: sla-monitor fills it when it starts (make run).",
    "second-person.same": "The second person has to be another one than who proposes it.",
    "recipient.invalid": "A recipient cannot be like this, see --{field}.",
    "recipient.exists": "There is a recipient of that name: change it, or choose another name.",
    "recipient.unknown": "There is no recipient of that name: bbcs alerts list shows them.",
    "message.not-refused": "It has refused no message.",
    "silence.period": "A silence ends after now, and in {days} days at the latest.",
    "silence.unknown": "No silence of that id lasts: bbcs alerts silences shows them.",
}


@asynccontextmanager
async def opened() -> AsyncIterator[Running]:
    """The service without its doors, for its work. Raises Unable."""
    try:
        async with without_doors("sla-monitor") as running:
            yield running
    except Refused as refused:
        sentence = _UNABLE.get(refused.code, refused.refusal.title)
        raise Unable(sentence.format(**refused.details)) from None


def carry_out(do: Callable[[Work[Kit]], Awaitable[Done]]) -> Done:
    """What comes of it in one transaction. Raises Unable."""

    async def done() -> Done:
        async with opened() as running, running.work() as work:
            return await do(work)

    return asyncio.run(done())


def officer(said: str) -> str:
    """Who wants it. Raises Unable for what is nobody."""
    if not _OFFICER.fullmatch(said):
        raise Unable("--by is office/NUMBER or centre/NUMBER.")
    return said


def reason(said: str) -> str:
    """Why. Raises Unable without a word."""
    if not said.strip():
        raise Unable("Say with --reason why.")
    return said.strip()
