"""A dry run: what a changed directory would have dispatched differently, and what becomes of open tickets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from dispatch.domain.directory import Directory
from dispatch.domain.routing import Found, Policy, Route, route

MOST_TRIED = 100_000
"""Tickets that a dry run looks at."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Tickets about one matter at one place: how many, and the ids of the newest ones."""

    matter: str | None
    place: str | None
    tickets: int
    newest: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Rerouted:
    """Tickets that would have gone elsewhere, by the route that they have now and the one that they would have."""

    alike: Alike
    now: Route
    then: Route


@dataclass(frozen=True, slots=True)
class Affected:
    """The open tickets of a unit: those that it leads, and those of others that it helps with."""

    unit: str
    leads: int
    helps: int


@dataclass(frozen=True, slots=True)
class Inherited:
    """A unit that ends, who takes over its open tickets (None: the manual queue), and how many these are."""

    affected: Affected
    successor: str | None


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would be different, out of `examined` tickets."""

    examined: int
    rerouted: tuple[Rerouted, ...]
    inherited: tuple[Inherited, ...]


def dry_run(
    now: Directory, then: Directory, policy: Policy, tickets: Iterable[Alike], affected: Iterable[Affected]
) -> DryRun:
    """What the other directory would have done with the tickets, most first."""
    asked = list(tickets)
    rerouted = sorted(_rerouted(now, then, policy, asked), key=lambda one: -one.alike.tickets)
    inherited = tuple(Inherited(one, then.heir(one.unit)) for one in affected)
    return DryRun(sum(one.tickets for one in asked), tuple(rerouted), inherited)


def _rerouted(now: Directory, then: Directory, policy: Policy, asked: Iterable[Alike]) -> Iterator[Rerouted]:
    for one in asked:
        routes = [route(directory, policy, one.matter, one.place) for directory in (now, then)]
        if destination(routes[0]) != destination(routes[1]):
            yield Rerouted(one, *routes)


def destination(route: Route) -> str:
    """Where it leads: the unit, or why it leads to the manual queue."""
    return route.unit if isinstance(route, Found) else route.reason
