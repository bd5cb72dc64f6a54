"""What proposed changes make of a directory, or everything that is wrong with them, without any server."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from contracts.proposals import Change, Disown, EndMatter, EndPlace, EndUnit, ListMatter, ListPlace, ListUnit, Own
from contracts.refusals import Refused
from contracts.vocabulary import UnitKind
from dispatch.domain import (
    Directory,
    Flaw,
    Matter,
    Place,
    Proposal,
    ProposalState,
    Unfit,
    Unit,
    changes,
    confirmed,
    difference,
    proposed,
    rejected,
)

DISTRICT, TOWN, VILLAGE, OTHER_TOWN = "310151000000", "310151101000", "310151101001", "310151102000"
SOCIAL, SENIOR, OWNERLESS = "000111001001", "000111002001", "000111003001"
CREDIT = "123101510000000028"
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


def unit(code: str = "tax", **said: str | None) -> ListUnit:
    right = {"code": code, "name": "样例税务局", "kind": "department", "credit_code": CREDIT}
    return ListUnit.model_validate(right | said)


def wrong(directory: Directory, *wanted: Change) -> set[tuple[str, str, str]]:
    """Everything that is said to be wrong with the changes: where, with what, how."""
    with pytest.raises(Unfit) as unfit:
        proposed(directory, wanted)
    return {(one.where, one.column, one.flaw.value) for one in unfit.value.problems}


def test_what_is_proposed_is_the_directory_afterwards(directory: Directory) -> None:
    made = proposed(
        directory,
        [
            unit(parent="hrss"),
            EndUnit(code="town-b", successor="town-a"),
            ListPlace(code="310151102", name="样例乙镇", centre="town-a"),
            ListMatter(code=SENIOR, name="样例敬老卡", synonyms=("敬老卡",)),
            EndMatter(code=OWNERLESS),
            Own(matter=SENIOR, place=DISTRICT, unit="tax"),
            Disown(matter=SENIOR, place=TOWN),
        ],
    )
    assert made.units["tax"] == Unit("tax", "样例税务局", UnitKind.DEPARTMENT, "hrss", CREDIT)
    assert "town-b" not in made.units
    assert (made.dissolved, made.heir("town-b"), made.version) == ({"town-b": "town-a"}, "town-a", 1)
    assert made.places[OTHER_TOWN] == Place(OTHER_TOWN, "样例乙镇", None, "town-a")
    assert made.matters == {
        SOCIAL: directory.matters[SOCIAL],
        SENIOR: Matter(SENIOR, "样例敬老卡", ("敬老卡",), {DISTRICT: "tax"}),
    }


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ([unit(parent="tax")], ("changes.0", "parent", "parent.circle")),
        ([ListPlace(code=DISTRICT, name="区", parent=VILLAGE)], ("changes.0", "parent", "parent.circle")),
        ([unit(parent="nobody")], ("changes.0", "parent", "parent.unknown")),
        ([EndUnit(code="district-centre")], ("unit.town-a", "parent", "parent.unknown")),
        ([EndUnit(code="town-b")], ("place.310151102000", "centre", "unit.unknown")),
        ([EndUnit(code="hrss")], ("matter.000111001001", "unit", "unit.unknown")),
        ([EndPlace(code=TOWN)], ("place.310151101001", "parent", "parent.unknown")),
        ([EndPlace(code=TOWN)], ("matter.000111002001", "place", "place.unknown")),
        (
            [Own(matter=SOCIAL, place=TOWN, unit=one) for one in ("hrss", "town-a")],
            ("changes.1", "place", "owner.twice"),
        ),
        (
            [Own(matter=SOCIAL, place=TOWN, unit="hrss"), Disown(matter=SOCIAL, place=TOWN)],
            ("changes.1", "place", "owner.twice"),
        ),
        ([unit(), EndUnit(code="tax")], ("changes.1", "code", "code.twice")),
        (
            [ListPlace(code="310151103", name="丙"), ListPlace(code="310230103000", name="丙")],
            ("changes.1", "code", "code.twice"),
        ),
        ([EndUnit(code="nobody")], ("changes.0", "code", "unit.unknown")),
        ([EndPlace(code="310151999000")], ("changes.0", "code", "place.unknown")),
        ([EndMatter(code="999999999999")], ("changes.0", "code", "matter.unknown")),
        ([Disown(matter=SOCIAL, place=TOWN)], ("changes.0", "place", "owner.unknown")),
        ([Own(matter=SOCIAL, place=TOWN, unit="nobody")], ("changes.0", "unit", "unit.unknown")),
        ([Own(matter="999999999999", place=TOWN, unit="hrss")], ("changes.0", "matter", "matter.unknown")),
        (
            [EndMatter(code=SENIOR), Own(matter=SENIOR, place=TOWN, unit="hrss")],
            ("changes.1", "matter", "matter.unknown"),
        ),
        ([EndUnit(code="town-b", successor="nobody")], ("changes.0", "successor", "successor.unknown")),
        ([EndUnit(code="town-b", successor="town-b")], ("changes.0", "successor", "successor.unknown")),
        ([unit("TAX")], ("changes.0", "code", "unit.malformed")),
        ([ListPlace(code="31", name="镇")], ("changes.0", "code", "place.malformed")),
        ([ListMatter(code="x", name="事")], ("changes.0", "code", "matter.malformed")),
        ([unit(kind="bureau")], ("changes.0", "kind", "kind.unknown")),
        ([unit(credit_code="123101510000000029")], ("changes.0", "credit_code", "credit-code.check-digit")),
        ([unit(name="")], ("changes.0", "name", "cell.empty")),
        ([unit(name="局\u202e")], ("changes.0", "name", "cell.text")),
        ([Own(matter=SENIOR, place=VILLAGE, unit="")], ("changes.0", "unit", "unit.malformed")),
        ([ListPlace(code=VILLAGE, name="样例甲村", parent=TOWN)], ("changes.0", "", "changes.nothing")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(wanted: list[Change], problem: tuple[str, str, str], directory: Directory) -> None:
    assert problem in wrong(directory, *wanted)


def test_everything_that_is_wrong_is_said_at_once(directory: Directory) -> None:
    """A circle, two owners of one matter at one place, and an orphan."""
    found = wrong(
        directory,
        unit(parent="tax"),
        Own(matter=SOCIAL, place=TOWN, unit="hrss"),
        Own(matter=SOCIAL, place=TOWN, unit="tax"),
        EndUnit(code="town-b"),
    )
    assert {code for _, _, code in found} == {"parent.circle", "owner.twice", "unit.unknown"}


def test_a_unit_that_comes_back_is_not_dissolved(directory: Directory) -> None:
    gone = proposed(directory, [EndUnit(code="town-b", successor="town-a"), EndPlace(code=OTHER_TOWN)])
    back = proposed(gone, [unit("town-b")])
    assert (gone.dissolved, back.dissolved) == ({"town-b": "town-a"}, {})


def test_every_flaw_is_said_in_both_languages() -> None:
    assert all(one.sentence and one.chinese for one in Flaw)


_UNITS = ("hrss", "tax", "town-a", "town-b")
_PLACES = (DISTRICT, TOWN, VILLAGE, OTHER_TOWN)
_MATTERS = (SOCIAL, SENIOR, OWNERLESS)
_NAMES = st.sampled_from(["甲", "乙"])


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    """A directory that could be imported: parents stand before their children."""
    units: dict[str, Unit] = {}
    for code in draw(st.lists(st.sampled_from(_UNITS), min_size=1, unique=True)):
        parent = draw(st.none() | st.sampled_from(sorted(units))) if units else None
        units[code] = Unit(code, draw(_NAMES), draw(st.sampled_from(UnitKind)), parent, CREDIT)
    listed = st.sampled_from(sorted(units))
    places: dict[str, Place] = {}
    for code in draw(st.lists(st.sampled_from(_PLACES), min_size=1, unique=True)):
        places[code] = Place(code, draw(_NAMES), None, draw(st.none() | listed))
    owners = st.dictionaries(st.sampled_from(sorted(places)), listed)
    codes = draw(st.lists(st.sampled_from(_MATTERS), min_size=1, unique=True))
    matters = {one: Matter(one, draw(_NAMES), tuple(draw(st.sets(_NAMES))), draw(owners)) for one in codes}
    return Directory(1, units, places, matters)


@given(directories(), directories())
def test_the_difference_of_two_directories_makes_one_out_of_the_other(old: Directory, new: Directory) -> None:
    wanted = difference(old, new, {})
    if not wanted:
        assert not changes(old, new).size
        return
    made = proposed(old, wanted)
    assert changes(made, new).size == 0
    assert made.dissolved == dict.fromkeys(old.units.keys() - new.units.keys())


CODES = st.sampled_from([*_UNITS, "", "X", "nobody"])
PLACES = st.sampled_from([*_PLACES, "31", "310230101001"])
MATTERS = st.sampled_from([*_MATTERS, "x"])
ANY: st.SearchStrategy[Change] = st.one_of(
    st.builds(unit, CODES, parent=st.none() | CODES),
    st.builds(EndUnit, code=CODES, successor=st.none() | CODES),
    st.builds(ListPlace, code=PLACES, name=_NAMES, parent=st.none() | PLACES, centre=st.none() | CODES),
    st.builds(EndPlace, code=PLACES),
    st.builds(ListMatter, code=MATTERS, name=_NAMES),
    st.builds(EndMatter, code=MATTERS),
    st.builds(Own, matter=MATTERS, place=PLACES, unit=CODES),
    st.builds(Disown, matter=MATTERS, place=PLACES),
)


@given(directories(), st.lists(ANY, min_size=1, max_size=8))
def test_whatever_is_proposed_is_whole_or_unfit(old: Directory, wanted: list[Change]) -> None:
    try:
        made = proposed(old, wanted)
    except Unfit as unfit:
        assert unfit.problems
        return
    named: list[Mapping[str, object]] = [made.units, made.places]
    assert {one.parent for one in made.units.values()} - {None} <= named[0].keys()
    assert {one.centre for one in made.places.values()} - {None} <= named[0].keys()
    assert {owner for one in made.matters.values() for owner in one.owners.values()} <= named[0].keys()
    assert {place for one in made.matters.values() for place in one.owners} <= named[1].keys()
    assert not made.dissolved.keys() & made.units.keys()
    with pytest.raises(Unfit):
        proposed(made, difference(made, made, {}))


@given(st.lists(ANY, min_size=1))
def test_changes_are_read_as_they_were_written(wanted: list[Change]) -> None:
    kept: TypeAdapter[list[Change]] = TypeAdapter(list[Change])
    assert kept.validate_json(kept.dump_json(wanted)) == wanted


def proposal(by: str = "office/1", state: ProposalState = ProposalState.PROPOSED) -> Proposal:
    return Proposal(
        proposal_id=UUID(int=1),
        state=state,
        by=by,
        basis="12",
        changes=(EndMatter(code=SOCIAL),),
        effective_at=None,
        against=1,
        proposed_at=NOW,
    )


def refusal(decide: object, *asked: object) -> str:
    with pytest.raises(Refused) as refused:
        decide(*asked)  # type: ignore[operator]
    return refused.value.code


def test_it_takes_a_second_person_of_the_office() -> None:
    """rules 6"""
    assert refusal(confirmed, proposal(), "office/1", NOW) == "second-person.same"
    done = confirmed(proposal(), "office/2", NOW)
    assert (done.state, done.confirmed_by, done.due(NOW)) == (ProposalState.CONFIRMED, "office/2", True)
    assert confirmed(done, "office/2", NOW) is done
    assert refusal(confirmed, done, "office/3", NOW) == "proposal.settled"
    assert confirmed(proposal("centre/1"), "office/1", NOW).confirmed_by == "office/1"


def test_the_office_rejects_and_the_centre_takes_its_own_back() -> None:
    by_centre = proposal("centre/1")
    no = rejected(by_centre, "centre/2", NOW)
    assert no.state == ProposalState.REJECTED
    assert rejected(no, "centre/2", NOW) is no
    assert rejected(by_centre, "office/1", NOW).rejected_by == "office/1"
    assert refusal(rejected, proposal(), "centre/1", NOW) == "principal.not-allowed"
    waiting = confirmed(by_centre, "office/1", NOW)
    assert refusal(rejected, waiting, "centre/1", NOW) == "principal.not-allowed"
    assert rejected(waiting, "office/2", NOW).state == ProposalState.REJECTED
    for state in (ProposalState.IN_FORCE, ProposalState.UNFIT, ProposalState.REJECTED):
        assert refusal(rejected, replace(by_centre, state=state), "office/1", NOW) == "proposal.settled"
