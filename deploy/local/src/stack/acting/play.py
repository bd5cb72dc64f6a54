"""Lets the samples live that the table names, all at the same time; said again, everything has happened already."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stack.acting import city
from stack.acting.scene import Doors, Scene, Step, Stopped, doors
from stack.acting.table import CITY, LIVES, WHOLE
from stack.outcome import Book, Sent


@dataclass(frozen=True, slots=True)
class Played:
    """How it went: the complaint that went the whole way, and why others stopped, by their source ids."""

    whole: str | None
    stopped: Mapping[str, str]


async def play(book: Book, env: Mapping[str, str]) -> Played:
    """Play the lives of this run's samples."""
    cast = {sample: one.complaint for one in book.sent if one.complaint and (sample := _sample(one)) in LIVES}
    async with doors(env) as opened:
        lives = {sample: _live(opened, _known(complaint), LIVES[sample]) for sample, complaint in cast.items()}
        lives[CITY] = _live(opened, city.said(opened), LIVES[CITY])
        ends = dict(zip(lives, await asyncio.gather(*lives.values()), strict=True))
    stopped = {sample: str(end) for sample, end in ends.items() if isinstance(end, Stopped)}
    whole = ends.get(WHOLE)
    return Played(whole if isinstance(whole, str) else None, stopped)


def _sample(one: Sent) -> str:
    """The sample's source id as the file has it, without that of the run."""
    return (one.submission.source_id or "").rpartition("-")[0]


async def _known(complaint: str) -> str:
    """The complaint of a sample of ours, which was submitted before."""
    return complaint


async def _live(opened: Doors, said: Awaitable[str], steps: Sequence[Step]) -> str | Stopped:
    """The complaint that lived so; why it stopped."""
    try:
        scene = await _scene(opened, await said)
        for step in steps:
            await step(scene)
    except Stopped as stopped:
        return stopped
    return scene.complaint


async def _scene(opened: Doors, complaint: str) -> Scene:
    """Where it is played: what an earlier run said goes on with its ticket of then. Raises Stopped."""
    ticket = await _ticket(opened, complaint)
    while ticket["repeats"]:
        ticket = await _ticket(opened, ticket["repeats"])
    if ticket["unit"] is None:
        raise Stopped("no unit has its ticket")
    return Scene(opened, ticket["complaint_id"], ticket["ticket_id"], ticket["unit"])


async def _ticket(opened: Doors, complaint: str) -> dict[str, Any]:
    found: Iterable[dict[str, Any]] = await opened.ask(
        "centre", "dispatch", "GET", "/v1/tickets", params={"complaint_id": complaint}
    )
    return next(iter(found))
