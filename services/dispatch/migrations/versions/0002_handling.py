"""What is done to tickets: the whole of it as one value, who held them, and the actions that were answered."""

from alembic import op

revision = "0002"
down_revision = "0001"

_STATEMENTS = (
    "ALTER TABLE ticket ADD handling jsonb, ADD helpers text[]",
    """
    CREATE INDEX ticket_of_unit ON ticket (unit, dispatched_at, ticket_id)
    WHERE state IN ('dispatched', 'accepted')
    """,
    "CREATE INDEX ticket_helped ON ticket USING gin (helpers) WHERE helpers IS NOT NULL",
    """
    CREATE TABLE holding (
        ticket_id uuid NOT NULL,
        unit text NOT NULL,
        capacity text NOT NULL,
        since timestamptz NOT NULL,
        until timestamptz NOT NULL,
        PRIMARY KEY (ticket_id, since, unit, capacity)
    )
    """,
    """
    CREATE TABLE action (
        by text NOT NULL,
        action_id uuid NOT NULL,
        fingerprint bytea NOT NULL,
        ticket_id uuid NOT NULL,
        at timestamptz NOT NULL,
        code text,
        version integer,
        state text,
        PRIMARY KEY (by, action_id)
    )
    """,
)
"""`handling` is null until somebody does something, `helpers` while only the lead has it: opening costs nothing more.
`holding` has those that ended; who holds a ticket now stands in its row."""


def upgrade() -> None:
    """Make the tables and columns."""
    for sql in _STATEMENTS:
        op.execute(sql)
