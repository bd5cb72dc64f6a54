"""What passed between the city and us, to be compared with its ledger; and what it forgot is to be sent again."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from chassis.db import Session, rows
from contracts.vocabulary import ReplyKind
from portal_bridge.domain import Again, Passed

_TAKEN = """
    SELECT city_key, reply.number FROM reply JOIN feedback USING (complaint_id) WHERE taken_at IS NOT NULL
"""
_KNOWN = """
    SELECT city_key, CAST(NULL AS integer) AS number, fingerprint FROM feedback
    WHERE city_key = ANY (CAST(:keys AS text[]))
    UNION ALL
    SELECT city_key, NULL, fingerprint FROM refusal WHERE city_key = ANY (CAST(:keys AS text[]))
    UNION ALL
    SELECT city_key, reply.number, reply.fingerprint FROM reply JOIN feedback USING (complaint_id)
    WHERE city_key = ANY (CAST(:keys AS text[])) AND attempts > 0
"""
"""An item that was fetched counts as ours for the city also where it was refused here."""
_HOLD = """
    SELECT FROM addressee JOIN feedback USING (complaint_id) WHERE city_key = ANY (CAST(:keys AS text[]))
    ORDER BY complaint_id FOR UPDATE OF addressee
"""
_SEND_AGAIN = """
    WITH again AS (
        UPDATE reply SET taken_at = NULL, status = NULL, action_id = :action_id, corrected_by = :by
        FROM unnest(CAST(:keys AS text[]), CAST(:numbers AS integer[])) AS forgotten (city_key, number)
            JOIN feedback USING (city_key)
        WHERE reply.complaint_id = feedback.complaint_id AND reply.number = forgotten.number AND taken_at IS NOT NULL
        RETURNING feedback.city_key, reply.complaint_id, reply.number, reply.kind
    ),
    moved AS (
        UPDATE addressee SET next = least(next, first), state = 'waiting', failures = 0, textless_since = NULL,
            again_at = now()
        FROM (SELECT complaint_id, min(number) AS first FROM again GROUP BY complaint_id) AS begin
        WHERE addressee.complaint_id = begin.complaint_id
    )
    SELECT city_key, complaint_id, number, kind FROM again ORDER BY city_key, number
"""


async def taken(session: Session) -> list[Passed]:
    """The replies that the city has, by what it answered."""
    return [Passed(row.city_key, row.number) for row in await rows(session, _TAKEN)]


async def known(session: Session, keys: Collection[str]) -> dict[Passed, set[bytes]]:
    """What we know of these keys: bodies that came or were sent, by their fingerprints where those were kept."""
    found: dict[Passed, set[bytes]] = defaultdict(set)
    for row in await rows(session, _KNOWN, keys=list(keys)):
        found[Passed(row.city_key, row.number)] |= {row.fingerprint} if row.fingerprint else set()
    return found


async def send_again(session: Session, forgotten: Collection[Passed], action_id: UUID, by: str) -> list[Again]:
    """Have those that were taken sent again, each item's in order; those of which that is new."""
    keys = [one.city_key for one in forgotten]
    await rows(session, _HOLD, keys=keys)
    numbers = [one.reply for one in forgotten]
    found = await rows(session, _SEND_AGAIN, keys=keys, numbers=numbers, action_id=action_id, by=by)
    return [Again(row.city_key, row.complaint_id, row.number, ReplyKind(row.kind)) for row in found]
