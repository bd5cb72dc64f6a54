"""Facts about the directory, told by dispatch on the compacted topic `directory`: of each key the newest holds."""

from contracts.base import Fact, Instant, Value
from contracts.ids import MatterCode, PlaceCode, UnitCode
from contracts.vocabulary import UnitKind


class UnitListed(Fact, type="unit.listed.v1", topic="directory", producer="dispatch", key="entry"):
    """A unit stands in the directory like this from a version on; `listed` is False once it no longer does.

    `successor` is the unit that takes over the open tickets of one that was dissolved, None if nobody was named.
    """

    code: UnitCode
    name: str
    kind: UnitKind
    credit_code: str
    version: int
    listed_at: Instant
    parent: UnitCode | None = None
    listed: bool = True
    successor: UnitCode | None = None

    @property
    def entry(self) -> str:
        """The compaction key."""
        return f"unit.{self.code}"


class PlaceListed(Fact, type="place.listed.v1", topic="directory", producer="dispatch", key="entry"):
    """A place with the service centre that answers for it, None where the place above it decides."""

    code: PlaceCode
    name: str
    version: int
    listed_at: Instant
    parent: PlaceCode | None = None
    centre: UnitCode | None = None
    listed: bool = True

    @property
    def entry(self) -> str:
        """The compaction key."""
        return f"place.{self.code}"


class Ownership(Value):
    """The unit that owns a matter at a place and below it."""

    place: PlaceCode
    unit: UnitCode


class MatterListed(Fact, type="matter.listed.v1", topic="directory", producer="dispatch", key="entry"):
    """A matter (事项), what people call it, and who owns it where."""

    code: MatterCode
    name: str
    version: int
    listed_at: Instant
    synonyms: tuple[str, ...] = ()
    owners: tuple[Ownership, ...] = ()
    listed: bool = True

    @property
    def entry(self) -> str:
        """The compaction key."""
        return f"matter.{self.code}"


DirectoryFact = UnitListed | PlaceListed | MatterListed
