"""Finishes are counted by day, by week and by four weeks."""

from alembic import op

revision = "0004"
down_revision = "0003"

_SPAN = """
    CREATE TABLE blockage_span (
        days smallint NOT NULL,
        first date NOT NULL,
        blockage_id integer NOT NULL,
        unit text NOT NULL,
        finishes integer NOT NULL,
        PRIMARY KEY (blockage_id, days, first, unit)
    )
"""
"""How many of `counted` there are of each date in Shanghai, and of 7 and 28 that follow each other."""
_FILL = """
    INSERT INTO blockage_span (days, first, blockage_id, unit, finishes)
    SELECT days, day - (day - date '1999-12-06') % days, blockage_id, unit, sum(finishes)
    FROM blockage_day, (VALUES (1), (7), (28)) AS span (days) GROUP BY 1, 2, 3, 4
"""
_DROP = "DROP TABLE blockage_day"
_RANKED = "CREATE INDEX blockage_span_ranked ON blockage_span (days, first) INCLUDE (blockage_id, finishes)"
_RANKED_OF = "CREATE INDEX blockage_span_of_unit ON blockage_span (unit, days, first) INCLUDE (blockage_id, finishes)"


def upgrade() -> None:
    """Make the table out of the one for days."""
    for sql in (_SPAN, _FILL, _DROP, _RANKED, _RANKED_OF):
        op.execute(sql)
