"""A proposal to change the directory: made by one person, confirmed by another (rules 6)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.proposals import Change, ListUnit
from contracts.refusals import Refused
from dispatch.domain.flaws import Problem


class ProposalState(StrEnum):
    """Where a proposal stands. `confirmed` waits for its time, `awaiting-topics` for those of its new units."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    AWAITING_TOPICS = "awaiting-topics"
    IN_FORCE = "in-force"
    REJECTED = "rejected"
    UNFIT = "unfit"


WAITING = (ProposalState.CONFIRMED, ProposalState.AWAITING_TOPICS)
_OPEN = (ProposalState.PROPOSED, *WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Changes that somebody proposed; `by`, `confirmed_by` and `rejected_by` are persons (`office/0412`).

    `against` is the version that held when it was made, `version` the one that it became. `problems` are why it
    could not become one when its time had come.
    """

    proposal_id: UUID
    state: ProposalState = ProposalState.PROPOSED
    by: str
    basis: str
    changes: tuple[Change, ...]
    effective_at: datetime | None
    against: int
    proposed_at: datetime
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    rejected_by: str | None = None
    rejected_at: datetime | None = None
    version: int | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def size(self) -> int:
        """How many changes there are."""
        return len(self.changes)

    @property
    def settled(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state not in _OPEN

    def due(self, now: datetime) -> bool:
        """Whether it is confirmed and its time has come."""
        return self.state in WAITING and (self.effective_at is None or self.effective_at <= now)


def confirmed(proposal: Proposal, by: str, at: datetime) -> Proposal:
    """The proposal, confirmed by a person of the office; unchanged when this person has done so before (rules 6).

    Raises Refused: `proposal.settled`, `second-person.same`.
    """
    if proposal.confirmed_by == by:
        return proposal
    if proposal.state != ProposalState.PROPOSED:
        raise Refused("proposal.settled", state=proposal.state.value)
    second_person(proposal.by, by)
    return replace(proposal, state=ProposalState.CONFIRMED, confirmed_by=by, confirmed_at=at)


def second_person(first: str, second: str) -> None:
    """Another person than the first. Raises Refused("second-person.same") (rules 6)."""
    if first == second:
        raise Refused("second-person.same")


def rejected(proposal: Proposal, by: str, at: datetime) -> Proposal:
    """The proposal, rejected by the office, or taken back by the centre that made it; confirmed ones by the office.

    Raises Refused: `proposal.settled`, `principal.not-allowed` (rules 6).
    """
    if proposal.rejected_by == by:
        return proposal
    if proposal.settled:
        raise Refused("proposal.settled", state=proposal.state.value)
    own = _of_centre(proposal.by) and proposal.state == ProposalState.PROPOSED
    if _of_centre(by) and not own:
        raise Refused("principal.not-allowed")
    return replace(proposal, state=ProposalState.REJECTED, rejected_by=by, rejected_at=at)


def _of_centre(person: str) -> bool:
    return person.partition("/")[0] == "centre"


@dataclass(frozen=True, slots=True)
class Mandate:
    """By whose word a version of the directory holds, and on which document it rests."""

    proposed_by: str
    confirmed_by: str
    basis: str | None = None
    effective_at: datetime | None = None
    proposal_id: UUID | None = None


def mandate(proposal: Proposal) -> Mandate:
    """By whose word a confirmed proposal becomes a version."""
    assert proposal.confirmed_by is not None, "nothing becomes a version unconfirmed"
    return Mandate(proposal.by, proposal.confirmed_by, proposal.basis, proposal.effective_at, proposal.proposal_id)


def units_named(proposal: Proposal) -> list[str]:
    """The units that a proposal lists, new or not."""
    return [one.code for one in proposal.changes if isinstance(one, ListUnit)]


def without_topics(listed: Mapping[str, object], known: set[str]) -> list[str]:
    """The units whose topics nobody has made yet, in order; `known` are those that have them."""
    return sorted(listed.keys() - known)
