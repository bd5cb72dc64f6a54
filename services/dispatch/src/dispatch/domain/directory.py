"""The directory as a frozen value: which units there are, which matters they own where, and what lies in what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from contracts.ids import enclosing_places
from contracts.vocabulary import UnitKind


@dataclass(frozen=True, slots=True)
class Unit:
    """承办单位: a department or a service centre, somewhere in the tree of units."""

    code: str
    name: str
    kind: UnitKind
    parent: str | None
    credit_code: str


@dataclass(frozen=True, slots=True)
class Place:
    """A district, town or village; without a `centre` of its own the place around it decides."""

    code: str
    name: str
    parent: str | None
    centre: str | None


@dataclass(frozen=True, slots=True)
class Matter:
    """事项, what people call it, and the unit that owns it by the place at and below which it does."""

    code: str
    name: str
    synonyms: tuple[str, ...] = ()
    owners: Mapping[str, str] = field(default_factory=dict)


Entry = Unit | Place | Matter


@dataclass(frozen=True)
class Directory:
    """All entries by their codes, as they hold under a version; version 0 is before the first import.

    `dissolved` are the units that were listed and are no longer, each with the successor that was named, or None.
    """

    version: int = 0
    units: Mapping[str, Unit] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    matters: Mapping[str, Matter] = field(default_factory=dict)
    dissolved: Mapping[str, str | None] = field(default_factory=dict)

    def heir(self, unit: str) -> str | None:
        """The listed unit that takes over from one that is not; None when nobody was named, or only such as are gone.

        A successor that was dissolved itself is followed to its own; a circle is walked once.
        """
        seen: set[str] = set()
        at: str | None = unit
        while at is not None and at not in self.units and at not in seen:
            seen.add(at)
            at = self.dissolved.get(at)
        return at if at in self.units else None

    def around(self, place: str, *, nearest_known: bool = True) -> tuple[str, ...]:
        """The known places that the place lies in, nearest first, itself included; none for a place of elsewhere.

        A place that is not listed is understood as the nearest listed one around it, or is of elsewhere too without
        `nearest_known`.
        """
        candidates = enclosing_places(place) if nearest_known else (place,)
        return next((self._around[one] for one in candidates if one in self._around), ())

    def above(self, unit: str) -> tuple[str, ...]:
        """The units above a unit in their tree, nearest first; a circle is walked once."""
        found: list[str] = []
        at = self.units[unit].parent
        while at is not None and at in self.units and at not in found:
            found.append(at)
            at = self.units[at].parent
        return tuple(found)

    @cached_property
    def _around(self) -> Mapping[str, tuple[str, ...]]:
        return {code: tuple(upwards(code, self.places)) for code in self.places}


def upwards(code: str, places: Mapping[str, Place]) -> Iterator[str]:
    """The place and everything that it lies in, nearest first; a circle is walked once."""
    seen: set[str] = set()
    at: str | None = code
    while at is not None and at not in seen:
        seen.add(at)
        yield at
        at = lies_in(at, places)


def lies_in(code: str, places: Mapping[str, Place]) -> str | None:
    """The place that a place lies in: its stated parent, else the nearest listed one that its code names."""
    if parent := places[code].parent:
        return parent if parent in places else None
    return next((one for one in enclosing_places(code)[1:] if one in places), None)
