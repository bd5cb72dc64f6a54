"""What another directory would have dispatched differently, without any server."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from contracts.proposals import Change, EndPlace, EndUnit, Own
from dispatch.domain import Affected, Alike, Directory, Found, Inherited, Policy, destination, dry_run, proposed, route

TOWN, VILLAGE, OTHER_TOWN = "310151101000", "310151101001", "310151102000"
SOCIAL = "000111001001"
POLICY = Policy()


def alike(matter: str | None, place: str | None, tickets: int) -> Alike:
    return Alike(matter, place, tickets, (UUID(int=tickets),))


def test_what_goes_elsewhere_is_counted_by_where_it_goes(directory: Directory) -> None:
    """The matter has another owner in the town, and the centre of the other town ends with its place."""
    wanted: list[Change] = [
        Own(matter=SOCIAL, place=TOWN, unit="town-a"),
        EndUnit(code="town-b", successor="town-a"),
        EndPlace(code=OTHER_TOWN),
    ]
    tickets = [
        alike(SOCIAL, VILLAGE, 3),
        alike(SOCIAL, OTHER_TOWN, 5),
        alike(None, OTHER_TOWN, 7),
        alike(None, None, 2),
    ]
    then = proposed(directory, wanted)
    run = dry_run(directory, then, POLICY, tickets, [Affected("town-b", 4, 1)])
    assert run.examined == 17
    assert [(one.alike.tickets, destination(one.now), destination(one.then)) for one in run.rerouted] == [
        (7, "town-b", "no-owner"),
        (3, "hrss", "town-a"),
    ]
    assert run.inherited == (Inherited(Affected("town-b", 4, 1), "town-a"),)


@given(st.lists(st.tuples(st.sampled_from([SOCIAL, "x", None]), st.sampled_from([TOWN, VILLAGE, OTHER_TOWN, None]))))
def test_the_same_directory_does_the_same(asked: list[tuple[str | None, str | None]]) -> None:
    run = dry_run(Directory(), Directory(7), POLICY, [alike(*one, 1) for one in asked], [])
    assert (run.examined, run.rerouted) == (len(asked), ())


def test_an_end_is_a_unit_or_a_reason(directory: Directory) -> None:
    assert isinstance(route(directory, POLICY, SOCIAL, TOWN), Found)
    assert destination(route(directory, POLICY, SOCIAL, TOWN)) == "hrss"
    assert destination(route(directory, POLICY, None, None)) == "no-matter-no-place"
