"""The log of facts: written as the last statement of the transaction in which they happened."""

from typing import Any

from chassis.db import rows
from chassis.work import Told, Work

_APPEND = """
    WITH told AS MATERIALIZED (
        SELECT * FROM unnest(
            CAST(:id AS uuid[]), CAST(:topic AS text[]), CAST(:key AS text[]), CAST(:type AS text[]),
            CAST(:correlation AS text[]), CAST(:causation AS text[]), CAST(:traceparent AS text[]),
            CAST(:body AS bytea[])
        ) WITH ORDINALITY
        AS told (id, topic, key, type, correlation, causation, traceparent, body, n)
    ),
    counted AS (SELECT topic, key, count(*) AS facts FROM told GROUP BY topic, key),
    locked AS (
        INSERT INTO log_key AS known (topic, key, last)
        SELECT topic, key, facts FROM counted ORDER BY topic, key
        ON CONFLICT (topic, key) DO UPDATE SET last = known.last + excluded.last
        RETURNING topic, key, last
    ),
    numbered AS (
        SELECT told.*, locked.last - counted.facts
            + row_number() OVER (PARTITION BY told.topic, told.key ORDER BY told.n) AS sequence
        FROM told JOIN locked USING (topic, key) JOIN counted USING (topic, key)
        ORDER BY told.n
    )
    INSERT INTO log (position, id, topic, key, sequence, type, told_at, correlation, causation, traceparent, body)
    SELECT nextval('log_position'), id, topic, key, sequence, type, :now, correlation, causation, traceparent, body
    FROM numbered
"""
"""A row gets its position while its key is locked: positions of a key are in the order of commits, without gaps in
`sequence`. Keys are locked in one order everywhere, so two writers wait for each other instead of locking up."""


async def append(work: Work[Any]) -> None:
    """Write what was told into the log."""
    if work.told:
        columns = dict(zip(Told._fields, map(_column, zip(*work.told, strict=True)), strict=True))
        await rows(work.session, _APPEND, now=work.now, **columns)


def _column(values: tuple[Any, ...]) -> list[Any] | None:
    """A column as an array; none at all where it is empty, for `unnest` fills up what others have more."""
    return list(values) if any(value is not None for value in values) else None
