"""A directory out of the office's tables, or everything that is wrong with them, without any server."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.domain import TABLES, Directory, Flaw, Unfit, draft

Tables = Callable[..., dict[str, bytes]]
At = tuple[str, int, str, str]


def wrong(files: dict[str, bytes]) -> set[At]:
    """Everything that is said to be wrong with the tables."""
    with pytest.raises(Unfit) as unfit:
        draft(files)
    return {(one.file, one.line, one.column, one.flaw.value) for one in unfit.value.problems}


def test_the_tables_say_the_directory(tables: Tables, directory: Directory) -> None:
    drafted = draft(tables())
    assert (drafted.units, drafted.places, drafted.matters) == (directory.units, directory.places, directory.matters)
    assert drafted.version == 0


def test_a_spreadsheet_s_way_of_writing_is_the_same(tables: Tables) -> None:
    files = {name: b"\xef\xbb\xbf" + said.replace(b"\n", b"\r\n") + b"\r\n,,,\r\n" for name, said in tables().items()}
    files["units.csv"] = files["units.csv"].replace(b"\r\n,,,\r\n", b"\r\n , ,,,\r\n")
    files["matters.csv"] = files["matters.csv"].replace(b"\r\n,,,\r\n", b"\r\n\r\n")
    files["ownership.csv"] = files["ownership.csv"].replace(b"\r\n,,,\r\n", b"\r\n,,\r\n")
    assert draft(files) == draft(tables())


def test_old_places_and_long_matter_codes_are_understood(tables: Tables) -> None:
    files = tables()
    files["places.csv"] = files["places.csv"].replace(b"310151101001", b"310230101001")
    files["ownership.csv"] = files["ownership.csv"].replace(b"000111001001,", b"11310151MB2F30135X2000111001001,")
    assert draft(files) == draft(tables())


def test_columns_may_stand_in_any_order(tables: Tables) -> None:
    lines = [line.split(b",") for line in tables()["ownership.csv"].splitlines()]
    turned = b"\n".join(b",".join(reversed(cells)) for cells in lines)
    assert draft(tables() | {"ownership.csv": turned}) == draft(tables())


@pytest.mark.parametrize(
    ("file", "line", "at"),
    [
        ("units.csv", "HRSS,局,department,,123101510000000028", ("code", Flaw.UNIT_MALFORMED)),
        ("units.csv", "parked,局,department,,123101510000000028", ("code", Flaw.UNIT_RESERVED)),
        ("units.csv", "tax,,department,,123101510000000028", ("name", Flaw.CELL_EMPTY)),
        ("units.csv", "tax,局\u202e,department,,123101510000000028", ("name", Flaw.CELL_TEXT)),
        ("units.csv", f"tax,{'局' * 201},department,,123101510000000028", ("name", Flaw.CELL_TEXT)),
        ("units.csv", "tax,局,bureau,,123101510000000028", ("kind", Flaw.KIND_UNKNOWN)),
        ("units.csv", "tax,局,department,nobody,123101510000000028", ("parent", Flaw.PARENT_UNKNOWN)),
        ("units.csv", "tax,局,department,tax,123101510000000028", ("parent", Flaw.PARENT_CIRCLE)),
        ("units.csv", "tax,局,department,,123101510000000029", ("credit_code", Flaw.CREDIT_CODE_CHECK)),
        ("units.csv", "tax,局,department,,12310151", ("credit_code", Flaw.CREDIT_CODE_MALFORMED)),
        ("units.csv", "hrss,局,department,,123101510000000028", ("code", Flaw.CODE_TWICE)),
        ("units.csv", "tax,局,department,", ("", Flaw.ROW_WIDTH)),
        ("places.csv", "31015110100,村,,", ("code", Flaw.PLACE_MALFORMED)),
        ("places.csv", "310230101001,村,,", ("code", Flaw.CODE_TWICE)),
        ("places.csv", "310151103000,镇,310151999000,", ("parent", Flaw.PARENT_UNKNOWN)),
        ("places.csv", "310151103000,镇,310151103000,", ("parent", Flaw.PARENT_CIRCLE)),
        ("places.csv", "310151103000,镇,,nobody", ("centre", Flaw.UNIT_UNKNOWN)),
        ("matters.csv", "1234,事项,", ("code", Flaw.MATTER_MALFORMED)),
        ("matters.csv", "000111001001,事项,", ("code", Flaw.CODE_TWICE)),
        ("matters.csv", f"000111009001,事项,叫|{'法' * 201}", ("synonyms", Flaw.CELL_TEXT)),
        ("ownership.csv", "000111009009,310151000000,hrss", ("matter", Flaw.MATTER_UNKNOWN)),
        ("ownership.csv", "000111001001,310151999000,hrss", ("place", Flaw.PLACE_UNKNOWN)),
        ("ownership.csv", "000111001001,310151101000,nobody", ("unit", Flaw.UNIT_UNKNOWN)),
        ("ownership.csv", "000111001001,310230000000,hrss", ("place", Flaw.OWNER_TWICE)),
        ("ownership.csv", ",310151000000,hrss", ("matter", Flaw.MATTER_MALFORMED)),
        ("ownership.csv", '"000111001001,310151000000,hrss', ("", Flaw.FILE_MALFORMED)),
    ],
)
def test_each_wrong_line_is_named(file: str, line: str, at: tuple[str, Flaw], tables: Tables) -> None:
    files = tables()
    number = files[file].count(b"\n") + 1
    files[file] += line.encode() + b"\n"
    assert (file, number, at[0], at[1].value) in wrong(files)
    assert {one[1] for one in wrong(files)} == {number}


def test_everything_is_said_at_once(tables: Tables) -> None:
    files = tables()
    files["units.csv"] += b"X,,bureau,nobody,1\n"
    del files["places.csv"]
    files["matters.csv"] += "事项".encode("gb18030")
    files["ownership.csv"] = b"matter,place,owner,owner\n"
    assert wrong(files) >= {
        ("units.csv", 6, "code", "unit.malformed"),
        ("units.csv", 6, "name", "cell.empty"),
        ("units.csv", 6, "kind", "kind.unknown"),
        ("units.csv", 6, "parent", "parent.unknown"),
        ("units.csv", 6, "credit_code", "credit-code.malformed"),
        ("places.csv", 0, "", "file.missing"),
        ("matters.csv", 5, "", "file.encoding"),
        ("ownership.csv", 1, "unit", "column.missing"),
        ("ownership.csv", 1, "owner", "column.unknown"),
        ("ownership.csv", 1, "owner", "column.twice"),
    }


@pytest.mark.parametrize("empty", [b"", b"\n", b" \n\n"])
def test_an_empty_file_lacks_its_columns(empty: bytes, tables: Tables) -> None:
    assert wrong(tables() | {"matters.csv": empty}) >= {("matters.csv", 1, "code", "column.missing")}


def test_tables_without_rows_would_leave_nothing(tables: Tables) -> None:
    files = {name: said.split(b"\n")[0] + b"\n" for name, said in tables().items()}
    assert wrong(files) == {(name, 1, "", "file.empty") for name in ("units.csv", "places.csv", "matters.csv")}


def test_every_unit_of_a_circle_is_named_and_those_below_are_not(tables: Tables) -> None:
    files = tables()
    for code, parent in (("aa", "bb"), ("bb", "cc"), ("cc", "aa"), ("below", "cc")):
        files["units.csv"] += f"{code},局,department,{parent},123101510000000028\n".encode()
    assert wrong(files) == {("units.csv", line, "parent", "parent.circle") for line in (6, 7, 8)}


def test_a_line_that_spans_several_is_named_by_its_first(tables: Tables) -> None:
    files = tables()
    files["matters.csv"] += '000111009001,"事\n项",\n1,事项,\n'.encode()
    assert {(line, column) for _, line, column, _ in wrong(files)} == {(5, "name"), (7, "code")}


@given(st.dictionaries(st.sampled_from(list(TABLES)), st.binary(max_size=200) | st.text(max_size=200).map(str.encode)))
def test_whatever_stands_there_is_a_directory_or_unfit(files: dict[str, bytes]) -> None:
    with pytest.raises(Unfit) as unfit:
        draft(files)
    assert all(one.flaw.sentence for one in unfit.value.problems)


_CELLS = st.sampled_from(["", "hrss", "tax", "310151000000", "310151101000", "000111001001", "centre", "x" * 300, "\0"])


@given(st.data())
def test_whatever_the_cells_say_is_a_directory_or_unfit(data: st.DataObject) -> None:
    files = {}
    for name, columns in TABLES.items():
        lines = data.draw(st.lists(st.lists(_CELLS, min_size=len(columns), max_size=len(columns)), max_size=4))
        files[name] = "\n".join([",".join(columns), *map(",".join, lines)]).encode()
    with pytest.raises(Unfit):
        draft(files)
