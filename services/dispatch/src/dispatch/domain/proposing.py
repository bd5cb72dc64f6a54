"""What the directory would be after proposed changes, or everything that is wrong with them at once."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from contracts.ids import matter_code, place_code
from contracts.proposals import (
    Change,
    Disown,
    EndMatter,
    EndPlace,
    EndUnit,
    ListMatter,
    ListPlace,
    ListUnit,
    Own,
)
from contracts.refusals import Refused
from dispatch.domain.changes import Changes, changes
from dispatch.domain.directory import Directory, Matter
from dispatch.domain.drafting import MATTERS, OWNERSHIP, PLACES, TABLES, UNITS, checked
from dispatch.domain.flaws import CHANGES, Flaw, Problem, Unfit
from dispatch.domain.proposals import Proposal
from dispatch.domain.sheets import Notes, Row

_UNKNOWN = {
    UNITS: Flaw.UNIT_UNKNOWN,
    PLACES: Flaw.PLACE_UNKNOWN,
    MATTERS: Flaw.MATTER_UNKNOWN,
    OWNERSHIP: Flaw.OWNER_UNKNOWN,
}


def proposed(directory: Directory, wanted: Sequence[Change]) -> Directory:
    """The directory as the changes would make it; its version is still that of the one before.

    Raises Unfit with everything that is wrong: with the changes, and with entries that they would leave without a
    parent, a centre or an owner that is listed.
    """
    sheets = _Sheets.of(directory)
    for number, change in enumerate(wanted):
        _apply(sheets, change, number)
    ended = dict(_ended(sheets, wanted))
    made = checked({name: list(rows.values()) for name, rows in sheets.tables.items()}, sheets.notes)
    if not changes(directory, made).size:
        raise Unfit((Problem(CHANGES, 0, "", Flaw.CHANGES_NOTHING),))
    gone = {**directory.dissolved, **ended}
    dissolved = {code: heir for code, heir in gone.items() if code not in made.units}
    return replace(made, version=directory.version, dissolved=dissolved)


def foreseen(directory: Directory, waiting: Iterable[Proposal], at: datetime | None) -> Directory:
    """The directory as it will be at an instant, after the confirmed proposals that are due by then, in their order.

    Without an instant it is the one that holds. A proposal that will not fit changes nothing.
    """
    for one in waiting:
        if at is not None and one.due(at):
            with suppress(Unfit):
                directory = proposed(directory, one.changes)
    return directory


@dataclass(frozen=True, slots=True)
class _Sheets:
    """The four tables in the middle of the changes, by what names a row, and which rows were changed."""

    tables: Mapping[str, dict[Hashable, Row]]
    notes: Notes
    changed: set[tuple[str, Hashable]] = field(default_factory=set)

    @classmethod
    def of(cls, directory: Directory) -> "_Sheets":
        """The tables that say the directory; a row is called after its entry."""
        notes = Notes()
        units, places, matters = directory.units.items(), directory.places.items(), directory.matters.items()
        tables: dict[str, dict[Hashable, Row]] = {
            UNITS: {code: Row(f"unit.{code}", 0, _cells(UNITS, one), notes) for code, one in units},
            PLACES: {code: Row(f"place.{code}", 0, _cells(PLACES, one), notes) for code, one in places},
            MATTERS: {code: Row(f"matter.{code}", 0, _cells(MATTERS, one), notes) for code, one in matters},
            OWNERSHIP: {at: row for _, matter in matters for at, row in _owners(matter, notes)},
        }
        return cls(tables, notes)


def _owners(matter: Matter, notes: Notes) -> Iterator[tuple[tuple[str, str], Row]]:
    for place, unit in matter.owners.items():
        cells = {"matter": matter.code, "place": place, "unit": unit}
        yield (matter.code, place), Row(f"matter.{matter.code}", 0, cells, notes)


def _cells(table: str, entry: object) -> dict[str, str]:
    return {column: _cell(getattr(entry, column)) for column in TABLES[table]}


def _cell(said: str | tuple[str, ...] | None) -> str:
    return "|".join(said) if isinstance(said, tuple) else said or ""


def _apply(sheets: _Sheets, change: Change, number: int) -> None:
    """A row is put, or taken away; two changes of one row are wrong, whatever they say."""
    table, key = _at(change)
    rows, column = sheets.tables[table], "place" if table == OWNERSHIP else "code"
    row = Row(CHANGES, number, {}, sheets.notes)
    if (table, key) in sheets.changed:
        row.wrong(column, Flaw.OWNER_TWICE if table == OWNERSHIP else Flaw.CODE_TWICE)
    sheets.changed.add((table, key))
    if isinstance(change, ListUnit | ListPlace | ListMatter | Own):
        rows[key] = replace(row, cells=_cells(table, change))
    elif rows.pop(key, None) is None:
        row.wrong(column, _UNKNOWN[table])
    if isinstance(change, EndMatter):
        _disown(sheets, key)


def _at(change: Change) -> tuple[str, Hashable]:
    """The table, and what names the row in it; a code that cannot be read names itself."""
    match change:
        case ListUnit() | EndUnit():
            return UNITS, change.code
        case ListPlace() | EndPlace():
            return PLACES, _read(place_code, change.code)
        case ListMatter() | EndMatter():
            return MATTERS, _read(matter_code, change.code)
        case Own() | Disown():
            return OWNERSHIP, (_read(matter_code, change.matter), _read(place_code, change.place))
        case _:
            assert_never(change)


def _read(parse: Callable[[str], str], said: str) -> str:
    try:
        return parse(said)
    except Refused:
        return said


def _disown(sheets: _Sheets, matter: Hashable) -> None:
    """Who owned a matter that ends owns it no longer; who is named its owner in the same breath is a mistake."""
    owned = sheets.tables[OWNERSHIP]
    for at, row in list(owned.items()):
        if row.file == f"matter.{matter}":
            del owned[at]


def _ended(sheets: _Sheets, wanted: Sequence[Change]) -> Iterator[tuple[str, str | None]]:
    """The units that end with their successors, each of which must be listed afterwards."""
    for number, change in enumerate(wanted):
        if isinstance(change, EndUnit):
            heir = change.successor or None
            if heir is not None and heir not in sheets.tables[UNITS]:
                sheets.notes.note(CHANGES, number, "successor", Flaw.SUCCESSOR_UNKNOWN)
            yield change.code, heir


def difference(old: Directory, new: Directory, successors: Mapping[str, str]) -> tuple[Change, ...]:
    """The changes that make one directory out of another; `successors` by the units that end."""
    found = changes(old, new)
    return (
        *(
            ListUnit(code=one.code, name=one.name, kind=one.kind, credit_code=one.credit_code, parent=one.parent)
            for one in found.units.changed
        ),
        *(EndUnit(code=one.code, successor=successors.get(one.code)) for one in found.units.gone),
        *(
            ListPlace(code=one.code, name=one.name, parent=one.parent, centre=one.centre)
            for one in found.places.changed
        ),
        *(EndPlace(code=one.code) for one in found.places.gone),
        *_of_matters(old, found),
    )


def _of_matters(old: Directory, found: Changes) -> Iterator[Change]:
    for one in found.matters.changed:
        before = old.matters.get(one.code, Matter(one.code, ""))
        if (before.name, before.synonyms) != (one.name, one.synonyms):
            yield ListMatter(code=one.code, name=one.name, synonyms=one.synonyms)
        for place, unit in one.owners.items():
            if before.owners.get(place) != unit:
                yield Own(matter=one.code, place=place, unit=unit)
        for place in before.owners.keys() - one.owners.keys():
            yield Disown(matter=one.code, place=place)
    for gone in found.matters.gone:
        yield EndMatter(code=gone.code)
