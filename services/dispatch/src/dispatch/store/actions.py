"""The actions that were answered: said again, one is answered the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.db import Session, rows
from contracts.vocabulary import TicketState

_ANSWERED = """
    SELECT found.*
    FROM unnest(CAST(:by AS text[]), CAST(:action_id AS uuid[])) AS asked (by, action_id)
    CROSS JOIN LATERAL (
        SELECT by, action_id, fingerprint, ticket_id, code, version, state
        FROM action WHERE action.by = asked.by AND action.action_id = asked.action_id
        OFFSET 0
    ) AS found
"""
_ADD = """
    INSERT INTO action (by, action_id, fingerprint, ticket_id, at, code, version, state)
    SELECT by, action_id, fingerprint, ticket_id, :at, code, version, state
    FROM unnest(
        CAST(:by AS text[]), CAST(:action_id AS uuid[]), CAST(:fingerprint AS bytea[]), CAST(:ticket_id AS uuid[]),
        CAST(:code AS text[]), CAST(:version AS integer[]), CAST(:state AS text[])
    ) AS new (by, action_id, fingerprint, ticket_id, code, version, state)
    ON CONFLICT DO NOTHING
"""

At = tuple[str, UUID]
"""Who asked, and under which id: what an action is recognised by."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How an action was answered: `code` of the refusal, None when it was carried out or had happened already.

    `version` and `state` are the ticket's after it, None for a ticket that the asker may not see.
    """

    by: str
    action_id: UUID
    fingerprint: bytes
    ticket_id: UUID
    code: str | None
    version: int | None
    state: TicketState | None


async def answered(session: Session, asked: Sequence[At]) -> dict[At, Answer]:
    """The answers to those that were answered before."""
    found = await rows(session, _ANSWERED, by=[by for by, _ in asked], action_id=[action_id for _, action_id in asked])
    return {(row.by, row.action_id): _answer(dict(row)) for row in found}


async def add(session: Session, answers: Sequence[Answer], at: datetime) -> None:
    """Keep these answers; one that another instance gives at this moment, of a ticket that is none, is the same."""
    if not answers:
        return
    await rows(
        session,
        _ADD,
        at=at,
        by=[one.by for one in answers],
        action_id=[one.action_id for one in answers],
        fingerprint=[one.fingerprint for one in answers],
        ticket_id=[one.ticket_id for one in answers],
        code=[one.code for one in answers],
        version=[one.version for one in answers],
        state=[one.state for one in answers],
    )


def _answer(row: dict[str, object]) -> Answer:
    state = row.pop("state")
    return Answer(**row, state=TicketState(state) if state else None)  # type: ignore[arg-type]
