"""Which unit gets a complaint (rules 3.1), without any server."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.ids import DISTRICT_PLACE, enclosing_places
from contracts.vocabulary import DispatchRule, QueueReason, UnitKind
from dispatch.domain import Directory, Found, Matter, NotFound, Place, Policy, Route, Unit, route

POLICY = Policy()
DISTRICT, TOWN, VILLAGE, OTHER_TOWN = "310151000000", "310151101000", "310151101001", "310151102000"
SOCIAL, SENIOR, OWNERLESS = "000111001001", "000111002001", "000111003001"
UNLISTED_VILLAGE, UNLISTED_TOWN, ELSEWHERE = "310151101077", "310151177001", "310115101001"


def owner(unit: str, place: str) -> Found:
    return Found(unit, DispatchRule.MATTER_OWNER, place, 1)


def centre(unit: str, place: str) -> Found:
    return Found(unit, DispatchRule.PLACE_CENTRE, place, 1)


def queue(reason: QueueReason) -> NotFound:
    return NotFound(reason, 1)


@pytest.mark.parametrize(
    ("matter", "place", "expected"),
    [
        pytest.param(SOCIAL, VILLAGE, owner("hrss", DISTRICT), id="the district's owner owns it in the village too"),
        pytest.param(SENIOR, VILLAGE, owner("town-a", TOWN), id="the town's owner is nearer than the district's"),
        pytest.param(SENIOR, OTHER_TOWN, owner("hrss", DISTRICT), id="another town's owner does not count"),
        pytest.param(SENIOR, None, owner("hrss", DISTRICT), id="without a place it is the owner in the district"),
        pytest.param(SENIOR, UNLISTED_VILLAGE, owner("town-a", TOWN), id="an unlisted village lies in its town"),
        pytest.param(SOCIAL, UNLISTED_TOWN, owner("hrss", DISTRICT), id="an unlisted town lies in the district"),
        pytest.param(OWNERLESS, VILLAGE, centre("town-a", TOWN), id="without an owner the town's centre"),
        pytest.param(None, VILLAGE, centre("town-a", TOWN), id="without a matter the town's centre"),
        pytest.param("999999999999", OTHER_TOWN, centre("town-b", OTHER_TOWN), id="an unknown matter: the centre"),
        pytest.param(None, None, queue(QueueReason.NO_MATTER_NO_PLACE), id="neither matter nor place"),
        pytest.param(SOCIAL, ELSEWHERE, queue(QueueReason.UNKNOWN_PLACE), id="another district's place is unknown"),
        pytest.param(None, ELSEWHERE, queue(QueueReason.UNKNOWN_PLACE), id="only another district's place"),
        pytest.param("999999999999", None, queue(QueueReason.UNKNOWN_MATTER), id="only an unknown matter"),
        pytest.param("999999999999", DISTRICT, queue(QueueReason.UNKNOWN_MATTER), id="unknown, and no centre there"),
        pytest.param(OWNERLESS, None, queue(QueueReason.NO_OWNER), id="no owner, and no place"),
        pytest.param(OWNERLESS, DISTRICT, queue(QueueReason.NO_OWNER), id="no owner, and no centre there"),
    ],
)
def test_the_nearest_owner_then_the_centre_then_the_manual_queue(
    matter: str | None, place: str | None, expected: Route, directory: Directory
) -> None:
    assert route(directory, POLICY, matter, place) == expected


def test_without_any_import_everything_goes_to_the_manual_queue() -> None:
    assert route(Directory(), POLICY, SOCIAL, VILLAGE) == NotFound(QueueReason.UNKNOWN_PLACE, 0)
    assert route(Directory(), POLICY, SOCIAL, None) == NotFound(QueueReason.UNKNOWN_MATTER, 0)


def test_a_unit_that_is_not_listed_is_passed_over(directory: Directory) -> None:
    without_town = replace(directory, units={code: one for code, one in directory.units.items() if code != "town-a"})
    assert route(without_town, POLICY, SENIOR, VILLAGE) == owner("hrss", DISTRICT)
    without_owner = replace(directory, units={code: one for code, one in directory.units.items() if code != "hrss"})
    assert route(without_owner, POLICY, SOCIAL, VILLAGE) == centre("town-a", TOWN)


def test_the_district_may_decide_that_an_unlisted_place_is_unknown(directory: Directory) -> None:
    exact = Policy(nearest_known_place=False)
    assert route(directory, exact, SOCIAL, UNLISTED_VILLAGE) == queue(QueueReason.UNKNOWN_PLACE)
    assert route(directory, exact, SOCIAL, VILLAGE) == owner("hrss", DISTRICT)


def test_a_stated_parent_counts_more_than_what_the_code_says(directory: Directory) -> None:
    moved = {**directory.places, VILLAGE: Place(VILLAGE, "样例甲村", OTHER_TOWN, None)}
    assert route(replace(directory, places=moved), POLICY, None, VILLAGE) == centre("town-b", OTHER_TOWN)


def test_a_place_without_stated_parent_lies_in_what_its_code_names(directory: Directory) -> None:
    bare = {code: replace(place, parent=None) for code, place in directory.places.items()}
    assert replace(directory, places=bare).around(VILLAGE) == (VILLAGE, TOWN, DISTRICT)


_PLACES = st.sampled_from([DISTRICT, TOWN, VILLAGE, OTHER_TOWN, "310151102001", UNLISTED_VILLAGE, ELSEWHERE])
_UNITS = st.sampled_from(["a1", "b1", "c1"])


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    """Any directory of these few units, places and matters."""
    listed = draw(st.sets(_UNITS))
    units = {code: Unit(code, code, UnitKind.DEPARTMENT, None, "") for code in sorted(listed)}
    places = {
        code: Place(code, code, None, draw(st.none() | _UNITS)) for code in sorted(draw(st.sets(_PLACES)) - {ELSEWHERE})
    }
    owners = draw(st.dictionaries(_PLACES, _UNITS))
    return Directory(1, units, places, {SOCIAL: Matter(SOCIAL, "一", (), owners)})


@given(directories(), st.none() | st.sampled_from([SOCIAL, OWNERLESS]), st.none() | _PLACES)
def test_the_unit_is_listed_and_its_place_is_around_the_complaint_s(
    directory: Directory, matter: str | None, place: str | None
) -> None:
    found = route(directory, POLICY, matter, place)
    if isinstance(found, Found):
        assert found.unit in directory.units
        assert found.place in directory.places
        assert found.place in enclosing_places(place or DISTRICT_PLACE)


@given(directories(), st.none() | st.sampled_from([SOCIAL, OWNERLESS]), st.none() | _PLACES)
def test_nobody_nearer_was_passed_over(directory: Directory, matter: str | None, place: str | None) -> None:
    found = route(directory, POLICY, matter, place)
    around = [one for one in enclosing_places(place or DISTRICT_PLACE) if one in directory.places]
    owners = directory.matters[SOCIAL].owners if matter == SOCIAL else {}
    owned = [one for one in around if owners.get(one) in directory.units]
    centred = [one for one in around if place and directory.places[one].centre in directory.units]
    match found:
        case Found(_, DispatchRule.MATTER_OWNER, at):
            assert owned[0] == at
        case Found(_, _, at):
            assert (owned, centred[0]) == ([], at)
        case NotFound():
            assert owned + centred == []
