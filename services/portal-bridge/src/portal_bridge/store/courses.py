"""What was heard of every ticket, by which the city's complaints are followed from one to another."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Session, rows
from contracts.vocabulary import ReplyKind
from portal_bridge.domain import Course, Linked, Reopened, Saying, Step

_BEGIN = """
    INSERT INTO course (ticket_id)
    SELECT ticket_id FROM unnest(CAST(:tickets AS uuid[])) AS new (ticket_id) ORDER BY ticket_id
    ON CONFLICT DO NOTHING
"""
_HELD = """
    SELECT ticket_id, steps FROM course WHERE ticket_id = ANY (CAST(:tickets AS uuid[])) ORDER BY ticket_id FOR UPDATE
"""
_SAVE = """
    UPDATE course SET steps = CAST(new.steps AS jsonb)
    FROM unnest(CAST(:tickets AS uuid[]), CAST(:steps AS text[])) AS new (ticket_id, steps)
    WHERE course.ticket_id = new.ticket_id
"""


async def held(session: Session, tickets: Collection[UUID]) -> dict[UUID, Course]:
    """The courses of tickets, which nobody else goes on with or is led to before the transaction ends."""
    if not tickets:
        return {}
    await rows(session, _BEGIN, tickets=list(tickets))
    found = await rows(session, _HELD, tickets=list(tickets))
    return {row.ticket_id: list(map(_read, json.loads(row.steps))) for row in found}


async def save(session: Session, courses: Mapping[UUID, Course]) -> None:
    """Write them as they are now."""
    if courses:
        steps = [json.dumps(list(map(_written, course))) for course in courses.values()]
        await rows(session, _SAVE, tickets=list(courses), steps=steps)


def _written(step: Step) -> dict[str, Any]:
    match step:
        case Linked():
            return {"linked": step.at.isoformat(), "to": str(step.to)}
        case Reopened():
            return {"reopened": step.at.isoformat()}
    texts = {"text_of": str(step.text_of), "text_ids": list(map(str, step.text_ids))}
    return {"said": step.said_at.isoformat(), "kind": step.kind, "unit": step.unit} | texts


def _read(said: Mapping[str, Any]) -> Step:
    match said:
        case {"linked": at, "to": to}:
            return Linked(UUID(to), datetime.fromisoformat(at))
        case {"reopened": at}:
            return Reopened(datetime.fromisoformat(at))
    texts = UUID(said["text_of"]), tuple(map(UUID, said["text_ids"]))
    return Saying(ReplyKind(said["kind"]), datetime.fromisoformat(said["said"]), said["unit"], *texts)
