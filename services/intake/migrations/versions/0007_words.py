"""Which complaints are closed, and what their reporters said about it."""

from alembic import op

revision = "0007"
down_revision = "0006"

_CLOSING = """
    CREATE TABLE closing (
        complaint_id uuid PRIMARY KEY,
        ticket_id uuid NOT NULL,
        closed_at timestamptz
    ) WITH (fillfactor = 90)
"""
_WORD = """
    CREATE TABLE word (
        word_id uuid PRIMARY KEY,
        complaint_id uuid NOT NULL,
        closed_at timestamptz NOT NULL,
        rating integer,
        solved boolean NOT NULL,
        said_at timestamptz NOT NULL,
        UNIQUE (complaint_id, closed_at)
    )
"""


def upgrade() -> None:
    """Make the tables, and let a receipt be looked for."""
    for sql in (_CLOSING, _WORD, "CREATE INDEX complaint_receipt ON complaint (receipt)"):
        op.execute(sql)
