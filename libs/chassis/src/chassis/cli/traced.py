"""Every fact about a complaint, found by its key in the log of each service; what is missing is named."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from itertools import groupby
from uuid import UUID

from pydantic import ValidationError

from chassis.cli.course import Told
from chassis.cli.databases import services, transaction
from chassis.cli.failure import Unable
from chassis.clock import clock_from
from chassis.db import Row, rows
from chassis.work import Work
from contracts import facts
from contracts.base import Fact

TRACES = "bbcs.traces"
"""The group of entry points under which a service names what finds the keys of its facts about complaints."""

Trace = Callable[[Work[None], Collection[str]], Awaitable[Collection[str]]]
"""Gives keys for those of things that it knows, by the service's tables; it gets work without the service's kit."""

_ABOUT = ("complaint_id", "ticket_id")
_NAMED = (*_ABOUT, "to_complaint_id")
"""Where a fact names a thing whose facts belong to the trace, too."""

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_OF_KEYS = """
    SELECT id, topic, key, sequence, type, told_at, causation, body
    FROM log WHERE key = ANY (CAST(:keys AS text[])) ORDER BY id, position
"""
"""By the index on (key, sequence): what it costs grows with the complaint's own facts alone (decision 0023)."""


@dataclass(slots=True)
class Found:
    """The facts that were found by their ids, and why a service has shown none."""

    told: dict[str, Told] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def ids(keys: Iterable[str]) -> list[UUID]:
    """Those of the keys that are ids, for who looks for complaints and tickets among them."""
    return [UUID(key) for key in keys if _ID.fullmatch(key)]


async def everywhere(asked: str) -> Found:
    """Every fact about what has this id (a complaint or a ticket), and about the complaint in which it goes on."""
    found, known, new = Found(), set[str](), {asked}
    while new:
        known |= new
        named = await asyncio.gather(*(_ask(found, one, new) for one in services() if one not in found.missing))
        new = set[str]().union(*named) - known
    return found


async def _ask(found: Found, service: str, keys: Collection[str]) -> set[str]:
    """Put what the service has told of these things into what was found; the ids of further things."""
    try:
        told, more = await _told_and_kept(service, keys)
    except Unable as unable:
        found.missing[service] = str(unable)
        return set()
    found.told |= {one.id: one for one in told}
    return {*more, *(str(name) for one in told for name in _names(one.fact))}


def _names(fact: Fact | None) -> Iterator[object]:
    """What a fact about a complaint or its ticket names; one about a thing of many tickets leads to none of them."""
    if fact is not None and fact.KEY in _ABOUT:
        yield from (name for field_ in _NAMED if (name := getattr(fact, field_, None)) is not None)


async def _told_and_kept(service: str, keys: Collection[str]) -> tuple[list[Told], set[str]]:
    """What the service's log has about these things, and the keys that it finds in its own tables. Raises Unable."""
    async with transaction(service) as session:
        found = await rows(session, _OF_KEYS, keys=sorted(keys))
        work = Work(session, clock_from(os.environ.get("BBCS_CLOCK")).now(), None)
        kept = {key for trace in _traces(service) for key in await trace(work, keys)}
    return [_told(service, list(same)) for _, same in groupby(found, key=lambda row: row.id)], kept


def _traces(service: str) -> Iterator[Trace]:
    return (point.load() for point in entry_points(group=TRACES, name=service))


def _told(service: str, same: Collection[Row]) -> Told:
    first, topics = next(iter(same)), tuple(row.topic for row in same)
    known = (first.key, first.sequence, first.type, first.told_at, first.causation)
    return Told(str(first.id), service, topics, *known, _fact(first))


def _fact(row: Row) -> Fact | None:
    """The fact, unless a newer version than this one told it."""
    model = facts.FACTS.get(row.type)
    try:
        return model.parse(row.body) if model else None
    except ValidationError:
        return None
