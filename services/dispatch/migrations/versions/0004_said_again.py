"""What is said again: the complaint before a ticket's own, and the closed tickets that somebody wants opened again."""

from alembic import op

revision = "0004"
down_revision = "0003"

_STATEMENTS = (
    "ALTER TABLE ticket ADD repeats uuid, ADD reopening_requested_at timestamptz",
    "CREATE INDEX ticket_repeating ON ticket (repeats) WHERE repeats IS NOT NULL",
    """
    CREATE INDEX ticket_reopening ON ticket (reopening_requested_at, ticket_id)
    WHERE reopening_requested_at IS NOT NULL
    """,
)
"""Both are null for nearly all tickets: opening one touches neither index."""


def upgrade() -> None:
    """Make the columns and indexes."""
    for sql in _STATEMENTS:
        op.execute(sql)
