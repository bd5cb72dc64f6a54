"""The chassis' tables, the calendar, what is known of each ticket, and who has to ask whom."""

from alembic import op

from chassis import tables

revision = "0001"
down_revision = None

_DAY = """
    CREATE TABLE day (
        date date PRIMARY KEY,
        status text NOT NULL,
        revision integer NOT NULL
    )
"""
_TICKET = """
    CREATE TABLE ticket (
        ticket_id uuid PRIMARY KEY,
        complaint_id uuid NOT NULL,
        channel text,
        matter_code text,
        unit text,
        closed_at timestamptz,
        finishes integer NOT NULL,
        life jsonb
    ) WITH (fillfactor = 85)
"""
"""`life` holds what was asked and heard; it is null until the ticket is closed for the first time."""
_REVISIT = """
    CREATE TABLE revisit (
        revisit_id uuid PRIMARY KEY,
        ticket_id uuid NOT NULL,
        caller text NOT NULL,
        due_at timestamptz NOT NULL,
        next_at timestamptz NOT NULL,
        open boolean NOT NULL
    ) WITH (fillfactor = 85)
"""
"""`caller` is the principal that has to ask: `centre`, `unit.hrss`."""
_WAITING = "CREATE INDEX revisit_waiting ON revisit (caller, due_at, revisit_id, next_at) WHERE open"


def upgrade() -> None:
    """Make the tables."""
    tables.v1(op)
    tables.v2(op)
    for sql in (_DAY, _TICKET, _REVISIT, _WAITING):
        op.execute(sql)
