"""What a new directory changes, and the facts that tell it: only changed entries are told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from contracts.directory import DirectoryFact, MatterListed, Ownership, PlaceListed, UnitListed
from dispatch.domain.directory import Directory, Matter, Place, Unit

Listed = TypeVar("Listed", Unit, Place, Matter)


@dataclass(frozen=True, slots=True)
class Delta(Generic[Listed]):
    """The entries of one kind that are new or other than before, and those that are gone."""

    changed: tuple[Listed, ...]
    gone: tuple[Listed, ...]

    @property
    def size(self) -> int:
        """How many entries differ."""
        return len(self.changed) + len(self.gone)

    @property
    def codes(self) -> list[str]:
        """The codes of all that differ."""
        return [one.code for one in (*self.changed, *self.gone)]


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two directories; `successors` are those named for units that are gone."""

    units: Delta[Unit]
    places: Delta[Place]
    matters: Delta[Matter]
    successors: Mapping[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many entries differ; 0 when the directories say the same."""
        return self.units.size + self.places.size + self.matters.size


def changes(old: Directory, new: Directory) -> Changes:
    """What the new directory changes."""
    units = _delta(old.units, new.units)
    successors = {one.code: heir for one in units.gone if (heir := new.dissolved.get(one.code))}
    return Changes(units, _delta(old.places, new.places), _delta(old.matters, new.matters), successors)


def _delta(old: Mapping[str, Listed], new: Mapping[str, Listed]) -> Delta[Listed]:
    changed = tuple(one for code, one in new.items() if old.get(code) != one)
    return Delta(changed, tuple(one for code, one in old.items() if code not in new))


def listings(changed: Changes, version: int, at: datetime) -> Iterator[DirectoryFact]:
    """The facts of a new version: how each changed entry stands from it on, and which no longer stand there."""
    for unit, listed in _each(changed.units):
        yield _unit(unit, version, at, listed, changed.successors.get(unit.code))
    for place, listed in _each(changed.places):
        yield _place(place, version, at, listed=listed)
    for matter, listed in _each(changed.matters):
        yield _matter(matter, version, at, listed=listed)


def _each(delta: Delta[Listed]) -> Iterator[tuple[Listed, bool]]:
    yield from ((one, True) for one in delta.changed)
    yield from ((one, False) for one in delta.gone)


def _unit(unit: Unit, version: int, at: datetime, listed: bool, successor: str | None) -> UnitListed:
    return UnitListed(
        code=unit.code,
        name=unit.name,
        kind=unit.kind,
        credit_code=unit.credit_code,
        version=version,
        listed_at=at,
        parent=unit.parent,
        listed=listed,
        successor=successor,
    )


def _place(place: Place, version: int, at: datetime, *, listed: bool) -> PlaceListed:
    return PlaceListed(
        code=place.code,
        name=place.name,
        version=version,
        listed_at=at,
        parent=place.parent,
        centre=place.centre,
        listed=listed,
    )


def _matter(matter: Matter, version: int, at: datetime, *, listed: bool) -> MatterListed:
    return MatterListed(
        code=matter.code,
        name=matter.name,
        version=version,
        listed_at=at,
        synonyms=matter.synonyms,
        owners=tuple(Ownership(place=place, unit=unit) for place, unit in matter.owners.items()),
        listed=listed,
    )
