"""The log of facts, read by what it is about: one thing's facts, in order (decision 0023)."""

from collections.abc import Sequence
from typing import NamedTuple

from chassis.db import Row, Session, rows
from contracts.log import MOST

LARGEST = 1024 * 1024
"""Bytes of bodies after which no further fact is read at once; the first one is, however large it is."""

_AFTER = """
    SELECT known.last, told.*
    FROM log_key AS known
    LEFT JOIN LATERAL (
        SELECT sequence, id, type, told_at, correlation, causation, body
        FROM (
            SELECT log.*, sum(octet_length(body)) OVER (ORDER BY sequence) - octet_length(body) AS bytes_before
            FROM log
            WHERE key = :key AND topic = :topic AND sequence > :after
            ORDER BY sequence LIMIT :most
        ) AS next
        WHERE bytes_before < :largest
    ) AS told ON true
    WHERE known.topic = :topic AND known.key = :key
    ORDER BY told.sequence
"""
"""A fact's number was given while its key was locked, so whoever sees it sees every one before it."""


class Found(NamedTuple):
    """Facts of one topic and key in order, as rows of the log; `last` is the number of the newest there is."""

    facts: Sequence[Row]
    last: int


async def facts_after(session: Session, topic: str, key: str, after: int, most: int = MOST) -> Found:
    """The facts of a topic and key whose number is above `after`, at most so many, without a gap between them."""
    found = await rows(session, _AFTER, topic=topic, key=key, after=after, most=most, largest=LARGEST)
    facts = [row for row in found if row.sequence is not None]
    return Found(facts, found[0].last if found else 0)
