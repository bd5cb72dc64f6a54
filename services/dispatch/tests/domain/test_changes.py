"""What a new version of the directory tells, without any server."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from contracts.directory import MatterListed, Ownership, PlaceListed, UnitListed
from dispatch.domain import Directory, changes, listings


def without(entries: Mapping[str, object], code: str) -> dict[str, object]:
    return {key: one for key, one in entries.items() if key != code}


def test_the_same_directory_changes_nothing(directory: Directory, now: datetime) -> None:
    same = changes(directory, replace(directory, version=0))
    assert same.size == 0
    assert list(listings(same, 2, now)) == []


def test_the_first_import_tells_every_entry(directory: Directory, now: datetime) -> None:
    told = list(listings(changes(Directory(), directory), 1, now))
    assert {one.entry for one in told} == {
        *(f"unit.{code}" for code in directory.units),
        *(f"place.{code}" for code in directory.places),
        *(f"matter.{code}" for code in directory.matters),
    }
    assert all(one.listed and one.version == 1 and one.listed_at == now for one in told)


def test_only_what_changed_is_told(directory: Directory, now: datetime) -> None:
    renamed = replace(directory.units["hrss"], name="样例新局")
    reowned = replace(directory.matters["000111001001"], owners={"310151000000": "town-b"})
    new = replace(
        directory,
        units={**directory.units, "hrss": renamed},
        matters={**directory.matters, "000111001001": reowned},
    )
    unit, matter = listings(changes(directory, new), 2, now)
    assert isinstance(unit, UnitListed)
    assert (unit.code, unit.name, unit.listed) == ("hrss", "样例新局", True)
    assert isinstance(matter, MatterListed)
    assert matter.owners == (Ownership(place="310151000000", unit="town-b"),)


def test_what_is_gone_is_told_as_no_longer_listed(directory: Directory, now: datetime) -> None:
    new = Directory(0, directory.units, without(directory.places, "310151102000"), directory.matters)  # type: ignore[arg-type]
    [told] = listings(changes(directory, new), 2, now)
    assert isinstance(told, PlaceListed)
    assert (told.code, told.listed, told.version) == ("310151102000", False, 2)
