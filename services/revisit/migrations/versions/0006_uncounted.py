"""What was closed before finishes were counted, to be looked up in dispatch's log: why it was is not known here."""

from alembic import op

revision = "0006"
down_revision = "0005"

_UNCOUNTED = """
    CREATE TABLE uncounted (
        ticket_id uuid PRIMARY KEY,
        ask_at timestamptz NOT NULL DEFAULT now()
    )
"""
"""A row goes when its ticket was looked up; pauses are real time, by the database's clock."""
_FILL = """
    INSERT INTO uncounted (ticket_id)
    SELECT ticket_id FROM ticket
    WHERE closed_at IS NOT NULL AND matter_code IS NOT NULL
        AND NOT EXISTS (SELECT FROM counted WHERE counted.ticket_id = ticket.ticket_id)
"""
_NEXT = "CREATE INDEX uncounted_next ON uncounted (ask_at)"


def upgrade() -> None:
    """Make the table, with the tickets."""
    for sql in (_UNCOUNTED, _FILL, _NEXT):
        op.execute(sql)
