"""What a ranking may do (rules 3.1), without any server."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts.complaints import Candidate, ComplaintRegistered
from contracts.tickets import Ranked
from contracts.vocabulary import DispatchRule, QueueReason
from dispatch.domain import Directory, Found, NotFound, Policy, route, route_of, suggestions

Complaint = Callable[..., ComplaintRegistered]

DISTRICT, TOWN, OTHER_TOWN, VILLAGE = "310151000000", "310151101000", "310151102000", "310151101001"
SOCIAL, SENIOR, OWNERLESS, UNLISTED = "000111001001", "000111002001", "000111003001", "000999999999"
ELSEWHERE = "310115101001"
OFF, ON = Policy(), Policy(ranked_above=0.9)
SURE = Candidate(matter=SOCIAL, unit="hrss", score=0.95, certain=True)
QUEUED = NotFound(QueueReason.NO_MATTER_NO_PLACE, 1)


def ranked(complaint: Complaint, *candidates: Candidate, **changes: Any) -> ComplaintRegistered:
    """A complaint without matter and place, ranked by the fourth model."""
    said = {"matter_code": None, "place_code": None, "candidates": candidates, "ranked_by": 4}
    return complaint(**said | changes)


def test_unless_the_policy_lets_it_a_hand_decides(directory: Directory, complaint: Complaint) -> None:
    assert route_of(directory, OFF, ranked(complaint, SURE)) == QUEUED


def test_a_certain_candidate_names_the_owner_of_its_matter(directory: Directory, complaint: Complaint) -> None:
    by = Ranked(candidate=SURE, model=4)
    expected = Found("hrss", DispatchRule.RANKED_MATTER, DISTRICT, 1, by)
    assert route_of(directory, ON, ranked(complaint, SURE)) == expected
    unlisted = ranked(complaint, SURE, matter_code=UNLISTED)
    assert route_of(directory, ON, unlisted) == expected


def test_it_is_the_owner_at_the_place(directory: Directory, complaint: Complaint) -> None:
    without_centres = replace(directory, places={k: replace(v, centre=None) for k, v in directory.places.items()})
    senior = SURE.model_copy(update={"matter": SENIOR})
    found = route_of(without_centres, ON, ranked(complaint, senior, place_code=VILLAGE))
    assert isinstance(found, Found)
    assert (found.unit, found.place, found.rule) == ("town-a", TOWN, DispatchRule.RANKED_MATTER)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(SURE.model_copy(update={"score": 0.8999}), id="a score below the threshold"),
        pytest.param(SURE.model_copy(update={"certain": False}), id="a score that nobody measured"),
        pytest.param(SURE.model_copy(update={"matter": None}), id="a unit without a matter"),
        pytest.param(SURE.model_copy(update={"matter": UNLISTED}), id="a matter that is not listed"),
        pytest.param(SURE.model_copy(update={"matter": OWNERLESS}), id="a matter that nobody owns"),
    ],
)
def test_everything_else_is_for_a_hand(directory: Directory, complaint: Complaint, first: Candidate) -> None:
    assert route_of(directory, ON, ranked(complaint, first, SURE)) == QUEUED


def test_a_score_of_just_so_much_is_enough(directory: Directory, complaint: Complaint) -> None:
    assert isinstance(route_of(directory, Policy(ranked_above=SURE.score), ranked(complaint, SURE)), Found)


@pytest.mark.parametrize(
    ("matter", "place"),
    [
        pytest.param(SENIOR, VILLAGE, id="a matter with an owner there"),
        pytest.param(SENIOR, None, id="a matter with an owner"),
        pytest.param(None, VILLAGE, id="a place with a centre"),
        pytest.param(UNLISTED, OTHER_TOWN, id="a place with a centre, a matter unknown"),
        pytest.param(OWNERLESS, DISTRICT, id="a listed matter that nobody owns"),
        pytest.param(None, ELSEWHERE, id="a place of another district"),
    ],
)
def test_what_was_said_is_never_overruled(
    directory: Directory, complaint: Complaint, matter: str | None, place: str | None
) -> None:
    said = ranked(complaint, SURE, matter_code=matter, place_code=place)
    assert route_of(directory, ON, said) == route(directory, ON, matter, place)


def test_the_desk_reads_names_as_they_hold(directory: Directory) -> None:
    gone = Candidate(matter=UNLISTED, unit="no-longer", score=0.5)
    first, second = suggestions(directory, [SURE, gone])
    assert (first.matter, first.name, first.unit, first.unit_name) == (
        SOCIAL,
        "样例社会保险登记",
        "hrss",
        "样例人社局",
    )
    assert (first.score, first.certain) == (0.95, True)
    assert (second.matter, second.name, second.unit, second.unit_name) == (UNLISTED, None, "no-longer", None)
