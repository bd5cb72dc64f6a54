"""The table of proposals to change the directory, and whose topics were made for them."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, TypeAdapter

from chassis.db import Row, Session, rows
from contracts.proposals import Change
from dispatch.domain import Problem, Proposal, ProposalState

_ADD = """
    INSERT INTO directory_proposal (
        proposal_id, state, by, basis, changes, effective_at, against, proposed_at, problems, fingerprint
    )
    VALUES (
        :proposal_id, :state, :by, :basis, CAST(:changes AS jsonb), :effective_at, :against, :proposed_at, '[]',
        :fingerprint
    )
"""
_SAVE = """
    UPDATE directory_proposal SET
        state = :state, confirmed_by = :confirmed_by, confirmed_at = :confirmed_at, rejected_by = :rejected_by,
        rejected_at = :rejected_at, version = :version, problems = CAST(:problems AS jsonb)
    WHERE proposal_id = :proposal_id
"""
_SAVED = ("proposal_id", "state", "confirmed_by", "confirmed_at", "rejected_by", "rejected_at", "version")
_ADDED = ("proposal_id", "state", "by", "basis", "effective_at", "against", "proposed_at")

_ONE = "SELECT * FROM directory_proposal WHERE proposal_id = :proposal_id"
_OPEN = """
    SELECT * FROM directory_proposal
    WHERE fingerprint = :fingerprint AND state IN ('proposed', 'confirmed', 'awaiting-topics')
"""
_SOME = """
    SELECT * FROM directory_proposal
    WHERE proposal_id > :after AND (CAST(:state AS text) IS NULL OR state = :state)
    ORDER BY proposal_id
    LIMIT :most
"""
_WAITING = """
    SELECT * FROM directory_proposal WHERE state IN ('confirmed', 'awaiting-topics')
    ORDER BY coalesce(effective_at, confirmed_at), proposal_id
"""
_EVER_LISTED = "SELECT DISTINCT code FROM unit"
_WITH_TOPICS = "SELECT code FROM unit UNION SELECT unit FROM provided"
_PROVIDED = """
    INSERT INTO provided (unit, provided_at) SELECT unit, :at FROM unnest(CAST(:units AS text[])) AS new (unit)
    ON CONFLICT DO NOTHING
"""

_CHANGES: TypeAdapter[tuple[Change, ...]] = TypeAdapter(tuple[Annotated[Change, Field(discriminator="change")], ...])
_PROBLEMS = TypeAdapter(tuple[Problem, ...])
_BEFORE_ALL = UUID(int=0)


async def add(session: Session, proposal: Proposal, fingerprint: bytes) -> None:
    """Write a new proposal; by its fingerprint it is recognised when it is made again while it is open."""
    said = {name: getattr(proposal, name) for name in _ADDED}
    changes = _CHANGES.dump_json(proposal.changes).decode()
    await rows(session, _ADD, **said, changes=changes, fingerprint=fingerprint)


async def save(session: Session, proposal: Proposal) -> None:
    """Write a proposal that is there, as it stands now."""
    said = {name: getattr(proposal, name) for name in _SAVED}
    await rows(session, _SAVE, **said, problems=_PROBLEMS.dump_json(proposal.problems).decode())


async def one(session: Session, proposal_id: UUID) -> Proposal | None:
    """The proposal; None for an id that is none."""
    return next(map(_proposal, await rows(session, _ONE, proposal_id=proposal_id)), None)


async def made_before(session: Session, fingerprint: bytes) -> Proposal | None:
    """The open proposal that says the same by the same person, if there is one."""
    return next(map(_proposal, await rows(session, _OPEN, fingerprint=fingerprint)), None)


async def some(session: Session, state: ProposalState | None, after: UUID | None, most: int) -> list[Proposal]:
    """The proposals in a state or in any, oldest first, after the one that was seen last."""
    said = {"state": state, "after": after or _BEFORE_ALL, "most": most}
    return list(map(_proposal, await rows(session, _SOME, **said)))


async def waiting(session: Session) -> list[Proposal]:
    """The confirmed ones that are no version yet, in the order in which they become one."""
    return list(map(_proposal, await rows(session, _WAITING)))


async def ever_listed(session: Session) -> set[str]:
    """The units that a version lists or listed."""
    return {row.code for row in await rows(session, _EVER_LISTED)}


async def with_topics(session: Session) -> set[str]:
    """The units whose topics are there: all that were ever listed, and those that were provided for beforehand."""
    return {row.code for row in await rows(session, _WITH_TOPICS)}


async def note_provided(session: Session, units: Collection[str], at: datetime) -> None:
    """Remember that the topics of these units are there."""
    await rows(session, _PROVIDED, units=sorted(units), at=at)


def _proposal(row: Row) -> Proposal:
    stored: dict[str, Any] = dict(row)
    del stored["fingerprint"]
    stored["state"] = ProposalState(row.state)
    stored["changes"] = _CHANGES.validate_json(row.changes)
    stored["problems"] = _PROBLEMS.validate_json(row.problems)
    return Proposal(**stored)
