"""Replies whose texts intake does not know wait for the centre after a while."""

from alembic import op

revision = "0005"
down_revision = "0004"

_SINCE = "ALTER TABLE addressee ADD COLUMN textless_since timestamptz"
"""Since when intake does not know a text of the next reply; real time, by the database's clock."""
_FORMER = "DROP INDEX addressee_stuck"
_STUCK = """
    CREATE INDEX addressee_stuck ON addressee (state, complaint_id) WHERE state IN ('refused', 'conflict', 'held')
"""


def upgrade() -> None:
    """Add the column, and find what is held."""
    for sql in (_SINCE, _FORMER, _STUCK):
        op.execute(sql)
