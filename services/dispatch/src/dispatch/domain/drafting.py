"""A directory out of its four tables, or everything that is wrong with them at once."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TypeVar

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

from contracts.ids import matter_code, place_code
from contracts.vocabulary import UnitKind
from dispatch.domain.directory import Directory, Matter, Place, Unit, lies_in
from dispatch.domain.flaws import Flaw, Unfit
from dispatch.domain.sheets import Notes, Row, Wrong, rows

Listed = TypeVar("Listed", Unit, Place, Matter)

UNITS, PLACES, MATTERS, OWNERSHIP = "units.csv", "places.csv", "matters.csv", "ownership.csv"

TABLES: Mapping[str, Sequence[str]] = {
    UNITS: ("code", "name", "kind", "parent", "credit_code"),
    PLACES: ("code", "name", "parent", "centre"),
    MATTERS: ("code", "name", "synonyms"),
    OWNERSHIP: ("matter", "place", "unit"),
}
"""The files of a directory with their columns."""

_UNIT = re.compile(r"[a-z][a-z0-9-]{1,30}")
_RESERVED = frozenset(("parked",))
"""`actions.parked` is where dispatch tells of actions that it could not take."""
_LONGEST = 200


def draft(files: Mapping[str, bytes]) -> Directory:
    """The directory that the tables say, without a version yet. Raises Unfit with everything that is wrong."""
    notes = Notes()
    tables = {name: rows(name, columns, files.get(name), notes) for name, columns in TABLES.items()}
    if not notes.problems:
        _note_empty(tables, notes)
    return checked(tables, notes)


def checked(tables: Mapping[str, Sequence[Row]], notes: Notes) -> Directory:
    """The directory that the rows of the four tables say, without a version. Raises Unfit with all that was noted."""
    units = _listed(tables[UNITS], _unit)
    places = _listed(tables[PLACES], _place)
    matters = _listed(tables[MATTERS], _matter)
    owned = _owned(tables[OWNERSHIP])
    _check_units(tables[UNITS], units)
    _check_places(tables[PLACES], places, units)
    _check_ownership(tables[OWNERSHIP], matters, places, units)
    if notes.problems:
        raise Unfit(tuple(sorted(notes.problems)))
    return Directory(units=units, places=places, matters=_with_owners(matters, owned))


def _note_empty(tables: Mapping[str, Sequence[Row]], notes: Notes) -> None:
    for name in (UNITS, PLACES, MATTERS):
        if not tables[name]:
            notes.note(name, 1, "", Flaw.FILE_EMPTY)


def _listed(table: Sequence[Row], read: Callable[[Row], Listed]) -> dict[str, Listed]:
    """The entries by their codes; a code that stands twice is noted, one that is none already was."""
    entries: dict[str, Listed] = {}
    for row in table:
        entry = read(row)
        if entry.code in entries:
            row.wrong("code", Flaw.CODE_TWICE)
        elif entry.code:
            entries[entry.code] = entry
    return entries


def _unit(row: Row) -> Unit:
    return Unit(
        code=row.get("code", _unit_code, ""),
        name=row.get("name", _name, ""),
        kind=row.get("kind", _kind, UnitKind.DEPARTMENT),
        parent=row.get("parent", _or_none(_unit_code), None),
        credit_code=row.get("credit_code", _credit_code, ""),
    )


def _place(row: Row) -> Place:
    return Place(
        code=row.get("code", place_code, ""),
        name=row.get("name", _name, ""),
        parent=row.get("parent", _or_none(place_code), None),
        centre=row.get("centre", _or_none(_unit_code), None),
    )


def _matter(row: Row) -> Matter:
    return Matter(
        code=row.get("code", matter_code, ""),
        name=row.get("name", _name, ""),
        synonyms=row.get("synonyms", _synonyms, ()),
    )


def _owned(table: Sequence[Row]) -> dict[tuple[str, str], str]:
    """The owning unit by matter and place; a second one is noted."""
    owners: dict[tuple[str, str], str] = {}
    for row in table:
        matter, place = row.get("matter", matter_code, ""), row.get("place", place_code, "")
        unit = row.get("unit", _unit_code, "")
        if matter and place and (matter, place) in owners:
            row.wrong("place", Flaw.OWNER_TWICE)
        else:
            owners[matter, place] = unit
    return owners


def _check_units(table: Sequence[Row], units: Mapping[str, Unit]) -> None:
    _check(table, "parent", _unit_code, units, Flaw.PARENT_UNKNOWN)
    above = {code: unit.parent for code, unit in units.items()}
    _check_circles(table, _unit_code, above)


def _check_places(table: Sequence[Row], places: Mapping[str, Place], units: Mapping[str, Unit]) -> None:
    _check(table, "parent", place_code, places, Flaw.PARENT_UNKNOWN)
    _check(table, "centre", _unit_code, units, Flaw.UNIT_UNKNOWN)
    _check_circles(table, place_code, {code: lies_in(code, places) for code in places})


def _check_ownership(
    table: Sequence[Row], matters: Mapping[str, Matter], places: Mapping[str, Place], units: Mapping[str, Unit]
) -> None:
    _check(table, "matter", matter_code, matters, Flaw.MATTER_UNKNOWN)
    _check(table, "place", place_code, places, Flaw.PLACE_UNKNOWN)
    _check(table, "unit", _unit_code, units, Flaw.UNIT_UNKNOWN)


def _check(table: Sequence[Row], column: str, parse: Callable[[str], str], known: Collection[str], flaw: Flaw) -> None:
    """Note every cell that names something which is not there; one that cannot be read was noted before."""
    for row in table:
        named = row.get(column, _or_none(parse), None)
        if named is not None and named not in known:
            row.wrong(column, flaw)


def _check_circles(table: Sequence[Row], parse: Callable[[str], str], above: Mapping[str, str | None]) -> None:
    circling = set(_circling(above))
    for row in table:
        if row.get("code", parse, "") in circling:
            row.wrong("parent", Flaw.PARENT_CIRCLE)


def _circling(above: Mapping[str, str | None]) -> Iterator[str]:
    """The codes that stand in a circle: each step up is walked once."""
    done: set[str] = set()
    for start in above:
        path: dict[str, int] = {}
        at: str | None = start
        while at is not None and at not in done and at not in path:
            path[at] = len(path)
            at = above.get(at)
        if at in path:
            yield from list(path)[path[at] :]
        done.update(path)


def _with_owners(matters: Mapping[str, Matter], owned: Mapping[tuple[str, str], str]) -> dict[str, Matter]:
    owners: dict[str, dict[str, str]] = {code: {} for code in matters}
    for (matter, place), unit in sorted(owned.items()):
        owners[matter][place] = unit
    return {code: Matter(code, one.name, one.synonyms, owners[code]) for code, one in matters.items()}


def _or_none(parse: Callable[[str], str]) -> Callable[[str], str | None]:
    return lambda said: parse(said) if said else None


def _unit_code(said: str) -> str:
    if not _UNIT.fullmatch(said):
        raise Wrong(Flaw.UNIT_MALFORMED)
    if said in _RESERVED:
        raise Wrong(Flaw.UNIT_RESERVED)
    return said


def _kind(said: str) -> UnitKind:
    try:
        return UnitKind(said)
    except ValueError:
        raise Wrong(Flaw.KIND_UNKNOWN) from None


def _credit_code(said: str) -> str:
    """The code when its check digit fits (GB 32100)."""
    try:
        return str(uscc.validate(said))
    except InvalidChecksum:
        raise Wrong(Flaw.CREDIT_CODE_CHECK) from None
    except ValidationError:
        raise Wrong(Flaw.CREDIT_CODE_MALFORMED) from None


def _name(said: str) -> str:
    if not said:
        raise Wrong(Flaw.CELL_EMPTY)
    if len(said) > _LONGEST or not said.isprintable():
        raise Wrong(Flaw.CELL_TEXT)
    return said


def _synonyms(said: str) -> tuple[str, ...]:
    """What people call it, separated by `|`; each once."""
    named = (one.strip() for one in said.split("|"))
    return tuple(dict.fromkeys(_name(one) for one in named if one))
