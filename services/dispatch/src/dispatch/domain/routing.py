"""Who must handle a complaint (四(二), rules 3.1): the owner of its matter at its place, else the place's centre."""

from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta

from contracts.ids import DISTRICT_PLACE
from contracts.tickets import Ranked
from contracts.vocabulary import DispatchRule, QueueReason
from dispatch.domain.directory import Directory


@dataclass(frozen=True, slots=True)
class Policy:
    """What the district may decide otherwise."""

    nearest_known_place: bool = True
    """Whether a place that is not listed is understood as the nearest listed one around it."""
    said_again: timedelta = timedelta(days=90)
    """How long after a close the same complaint is a request to open it again (rules 2.5)."""
    ranked_above: float | None = None
    """The score from which on a certain candidate's matter names the unit where no rule does; None: a hand does."""
    declined_sample_percent: int = 20
    """Of a hundred declined tickets, how many the centre revisits (rules 2.3)."""


@dataclass(frozen=True, slots=True)
class Found:
    """The unit that a rule named, and the place at which it was found; `ranked` is what a ranking said of it."""

    unit: str
    rule: DispatchRule
    place: str
    directory_version: int
    ranked: Ranked | None = None


@dataclass(frozen=True, slots=True)
class NotFound:
    """No rule named a unit: the centre dispatches by hand."""

    reason: QueueReason
    directory_version: int


Route = Found | NotFound


def route(
    directory: Directory,
    policy: Policy,
    matter: str | None,
    place: str | None,
    passed_over: Collection[str] = (),
) -> Route:
    """The unit that must handle such a complaint, or why nobody knows (四(二), rules 3.1).

    The owner nearest to the place wins: village, town, district. Without a place it is the owner in the whole district.
    A unit that is not listed is passed over, as are those that gave the ticket back.
    """
    around = directory.around(place or DISTRICT_PLACE, nearest_known=policy.nearest_known_place)
    units = directory.units.keys() - set(passed_over) if passed_over else directory.units.keys()
    found = _owner(directory, units, matter, around) or (_centre(directory, units, around) if place else None)
    return found or NotFound(_reason(directory, matter, place, around), directory.version)


def _owner(directory: Directory, units: AbstractSet[str], matter: str | None, around: Sequence[str]) -> Found | None:
    known = directory.matters.get(matter) if matter else None
    if known is None:
        return None
    owned = ((place, known.owners.get(place)) for place in around)
    return _first(directory, units, owned, DispatchRule.MATTER_OWNER)


def _centre(directory: Directory, units: AbstractSet[str], around: Sequence[str]) -> Found | None:
    centred = ((place, directory.places[place].centre) for place in around)
    return _first(directory, units, centred, DispatchRule.PLACE_CENTRE)


def _first(
    directory: Directory, units: AbstractSet[str], named: Iterable[tuple[str, str | None]], rule: DispatchRule
) -> Found | None:
    for place, unit in named:
        if unit is not None and unit in units:
            return Found(unit, rule, place, directory.version)
    return None


def _reason(directory: Directory, matter: str | None, place: str | None, around: Sequence[str]) -> QueueReason:
    if matter is None and place is None:
        return QueueReason.NO_MATTER_NO_PLACE
    if place is not None and not around:
        return QueueReason.UNKNOWN_PLACE
    if matter is not None and matter not in directory.matters:
        return QueueReason.UNKNOWN_MATTER
    return QueueReason.NO_OWNER
