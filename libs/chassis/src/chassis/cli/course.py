"""The course of a complaint out of its facts: what came of what, since when it was so, under which light. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter
from heapq import heappop, heappush
from itertools import pairwise
from typing import Final, NamedTuple

from contracts.base import Fact
from contracts.clocks import ClockFact, ClockStarted, ClockStopped, ClockTurned
from contracts.vocabulary import ClockKind, Light

COLOURED: Final = (ClockKind.HANDLE, ClockKind.RECTIFY)
"""The clocks that have colours (rules 4.1)."""


@dataclass(frozen=True, slots=True)
class Told:
    """A fact as its producer's log keeps it, once for all of its topics; `fact` is None where it cannot be read."""

    id: str
    producer: str
    topics: tuple[str, ...]
    key: str
    sequence: int
    type: str
    told_at: datetime
    causation: str | None
    fact: Fact | None

    @property
    def at(self) -> datetime:
        """Since when it is so, by the fact's own word; when it was told where it does not say."""
        return next((at for name in _said_at(self.type) if (at := getattr(self.fact, name, None))), self.told_at)

    @property
    def complaint(self) -> str:
        """The complaint that it is about; what it is about at all where that is another thing."""
        return str(getattr(self.fact, "complaint_id", self.key))


def _said_at(type_: str) -> Iterator[str]:
    """What the instant of a fact of this type may be called: `ticket.accepted.v1` says `accepted_at`."""
    yield from (f"{word}_at" for word in type_.split(".")[-2].split("-"))
    yield "effective_at"


class Lit(NamedTuple):
    """The light that a clock shows from an instant on."""

    since: datetime
    clock: ClockKind
    light: Light


class Step(NamedTuple):
    """A fact in its place: how many facts it is from what was done from outside, and the light at its instant."""

    told: Told
    depth: int
    lit: Lit | None


def course(facts: Iterable[Told]) -> list[Step]:
    """The facts in the order of cause and effect, and of their own rows; else as they were told."""
    ordered = list(_ordered({one.id: one for one in facts}))
    lights, depths = _lights(ordered), _depths(ordered)
    return [Step(one, depths[one.id], _lit(lights.get(one.complaint, ()), one.at)) for one in ordered]


def _ordered(known: Mapping[str, Told]) -> Iterator[Told]:
    sorter = TopologicalSorter({one.id: known.keys() & {one.causation} for one in known.values()})
    for before, after in _rows(known.values()):
        sorter.add(after.id, before.id)
    sorter.prepare()
    ready: list[tuple[datetime, str]] = []
    while sorter.is_active():
        for fact_id in sorter.get_ready():
            heappush(ready, (known[fact_id].told_at, fact_id))
        _, first = heappop(ready)
        sorter.done(first)
        yield known[first]


def _rows(facts: Iterable[Told]) -> Iterator[tuple[Told, Told]]:
    """Each fact with the next one of its topic and key; the first topic of a fact is that on which its kind is told."""
    ordered = sorted(facts, key=lambda one: (one.producer, one.topics[0], one.key, one.sequence))
    return ((one, next_) for one, next_ in pairwise(ordered) if _row(one) == _row(next_))


def _row(one: Told) -> tuple[str, str, str]:
    return one.producer, one.topics[0], one.key


def _depths(ordered: Iterable[Told]) -> dict[str, int]:
    depths: dict[str, int] = {}
    for one in ordered:
        depths[one.id] = depths.get(one.causation or "", -1) + 1
    return depths


def _lights(ordered: Iterable[Told]) -> dict[str, list[Lit]]:
    """What the coloured clocks of each complaint showed, by instant; what was told later holds for the same one."""
    found: dict[str, list[Lit]] = {}
    for one in ordered:
        if isinstance(one.fact, ClockFact) and (lit := _shown(one.fact)):
            found.setdefault(one.complaint, []).append(lit)
    return {complaint: sorted(lights, key=lambda lit: lit.since) for complaint, lights in found.items()}


def _shown(fact: ClockFact) -> Lit | None:
    match fact:
        case ClockStarted(clock=clock) if clock in COLOURED:
            return Lit(fact.started_at, clock, fact.light)
        case ClockTurned(clock=clock) if clock in COLOURED:
            return Lit(fact.effective_at, clock, fact.light)
        case ClockStopped(clock=clock) if clock in COLOURED:
            return Lit(fact.stopped_at, clock, fact.light)
        case _:
            return None


def _lit(lights: Sequence[Lit], at: datetime) -> Lit | None:
    return next((lit for lit in reversed(lights) if lit.since <= at), None)
