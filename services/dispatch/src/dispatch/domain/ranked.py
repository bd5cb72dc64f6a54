"""What a ranking is good for: it suggests to the desk, and names a unit where the district lets it (rules 3.1)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from contracts.complaints import Candidate, ComplaintRegistered
from contracts.tickets import Ranked
from contracts.vocabulary import DispatchRule
from dispatch.domain.directory import Directory
from dispatch.domain.routing import Found, NotFound, Policy, Route, route


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A candidate as the desk reads it: with the names of its matter and its unit as they hold now."""

    matter: str | None
    name: str | None
    unit: str | None
    unit_name: str | None
    score: float
    certain: bool


def suggestions(directory: Directory, candidates: Iterable[Candidate]) -> list[Suggestion]:
    """The candidates, named; a code that is no longer listed has no name."""
    return [_suggestion(directory, one) for one in candidates]


def _suggestion(directory: Directory, candidate: Candidate) -> Suggestion:
    matter, unit = directory.matters.get(candidate.matter or ""), directory.units.get(candidate.unit or "")
    return Suggestion(
        matter=candidate.matter,
        name=matter.name if matter else None,
        unit=candidate.unit,
        unit_name=unit.name if unit else None,
        score=candidate.score,
        certain=candidate.certain,
    )


def route_of(directory: Directory, policy: Policy, complaint: ComplaintRegistered) -> Route:
    """Where the complaint goes (四(二), rules 3.1): what was said decides, its ranking only where that names nobody."""
    said = route(directory, policy, complaint.matter_code, complaint.place_code)
    return (_ranked(directory, policy, complaint) or said) if isinstance(said, NotFound) else said


def unplaced(directory: Directory, complaint: ComplaintRegistered) -> bool:
    """Whether no matter of the directory was said."""
    return complaint.matter_code not in directory.matters


def _ranked(directory: Directory, policy: Policy, complaint: ComplaintRegistered) -> Found | None:
    """The owner of the first candidate's matter, if it is certain and its score high enough for the policy."""
    first = next(iter(complaint.candidates), None)
    if policy.ranked_above is None or first is None or not unplaced(directory, complaint):
        return None
    if first.matter is None or not first.certain or first.score < policy.ranked_above:
        return None
    found = route(directory, policy, first.matter, complaint.place_code)
    if isinstance(found, NotFound):
        return None
    return replace(found, rule=DispatchRule.RANKED_MATTER, ranked=Ranked(candidate=first, model=complaint.ranked_by))
