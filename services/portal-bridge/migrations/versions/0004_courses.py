"""What was heard of tickets, for those of the city's complaints that turn out to go on there."""

from alembic import op

revision = "0004"
down_revision = "0003"

_COURSE = """
    CREATE TABLE course (
        ticket_id uuid PRIMARY KEY,
        steps jsonb NOT NULL DEFAULT '[]'
    ) WITH (fillfactor = 70)
"""
"""`steps` in the order in which they were heard: what is for the city, reopenings, and the link to another ticket."""


def upgrade() -> None:
    """Make the table."""
    op.execute(_COURSE)
