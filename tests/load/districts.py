"""A district's directory out of its CSV files, and who must handle a complaint, worked out from the rules.

Nothing here is shared with the services: what they route is judged by it.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

SAMPLE = Path(__file__).parents[2] / "deploy" / "local" / "sample" / "directory"
_BASIC = re.compile(r"\d{12}", re.ASCII)
_IMPLEMENTED = re.compile(r"[0-9A-Z]{18}\d(\d{12})", re.ASCII)


@dataclass(frozen=True, slots=True)
class District:
    """Units, matters and places by code, and who owns a matter where."""

    units: Mapping[str, str]
    """By code the 18-character credit code."""
    parents: Mapping[str, str]
    """Every place with the place that it lies in, empty for the district itself."""
    centres: Mapping[str, str]
    matters: tuple[str, ...]
    owners: Mapping[tuple[str, str], str]

    @classmethod
    def read(cls, folder: Path = SAMPLE) -> "District":
        """The directory in a folder of units.csv, places.csv, matters.csv and ownership.csv."""
        places = _lines(folder / "places.csv")
        return cls(
            units={line["code"]: line["credit_code"] for line in _lines(folder / "units.csv")},
            parents={line["code"]: line["parent"] for line in places},
            centres={line["code"]: line["centre"] for line in places if line["centre"]},
            matters=tuple(line["code"] for line in _lines(folder / "matters.csv")),
            owners={(line["matter"], line["place"]): line["unit"] for line in _lines(folder / "ownership.csv")},
        )

    def unit_for(self, matter: str | None, place: str | None) -> str | None:
        """The unit for these usable codes; None is the manual queue (rules 3.1)."""
        if place is None:
            return self._owner(matter, [self.whole]) if matter else None
        around = list(self._around(place))
        return (self._owner(matter, around) if matter else None) or self._centre(around)

    @property
    def whole(self) -> str:
        """The place that is the whole district."""
        return next(place for place, parent in self.parents.items() if not parent)

    def _owner(self, matter: str, around: list[str]) -> str | None:
        named = (self.owners.get((matter, place)) for place in around)
        return next((unit for unit in named if unit in self.units), None)

    def _centre(self, around: list[str]) -> str | None:
        named = (self.centres.get(place) for place in around)
        return next((unit for unit in named if unit in self.units), None)

    def _around(self, place: str) -> Iterator[str]:
        """The nearest listed place and what it lies in; nothing for a place of elsewhere."""
        at = next((code for code in (place, place[:9] + "000", place[:6] + "0" * 6) if code in self.parents), "")
        while at:
            yield at
            at = self.parents[at]


def usable_place(said: str | None) -> str | None:
    """The 12-digit code of a place, with 310151 for the county's old 310230; None where it has no usable form."""
    if said is None or not _BASIC.fullmatch(said := said.ljust(12, "0") if len(said) in {6, 9} else said):
        return None
    return "310151" + said[6:] if said.startswith("310230") else said


def usable_matter(said: str | None) -> str | None:
    """The 12-digit basic code of a matter, also out of a 31-character one; None where it has no usable form."""
    if said is None:
        return None
    implemented = _IMPLEMENTED.fullmatch(said)
    return implemented[1] if implemented else said if _BASIC.fullmatch(said) else None


def _lines(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))
