"""The clocks of tickets: what of each ticket they depend on, a row per clock, and the board's counts."""

from alembic import op

revision = "0002"
down_revision = "0001"

_TICKET = """
    CREATE TABLE ticket (
        ticket_id uuid PRIMARY KEY,
        complaint_id uuid NOT NULL,
        submitted_at timestamptz,
        from_city boolean NOT NULL,
        unit text,
        complexity text NOT NULL,
        accepted_at timestamptz,
        tracked boolean NOT NULL,
        since timestamptz,
        followed bigint NOT NULL
    ) WITH (fillfactor = 85)
"""
_CLOCK = """
    CREATE TABLE clock (
        ticket_id uuid NOT NULL,
        kind text NOT NULL,
        ref text NOT NULL,
        unit text,
        started_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        yellow_at timestamptz,
        light text NOT NULL,
        steps jsonb NOT NULL,
        wanted_at timestamptz,
        provisional boolean NOT NULL,
        calendar integer NOT NULL,
        policy integer NOT NULL,
        red_before boolean NOT NULL,
        tries jsonb NOT NULL,
        stopped_at timestamptz,
        verdict text,
        next_at timestamptz,
        PRIMARY KEY (ticket_id, kind, ref)
    ) WITH (fillfactor = 85)
"""
"""`next_at` is when the light changes next by the passing of time; null when it shows the last one, or has ended."""
_NEXT = "CREATE INDEX clock_next ON clock (next_at, ticket_id) WHERE next_at IS NOT NULL"
_NEXT_OF_UNIT = "CREATE INDEX clock_next_of_unit ON clock (unit, next_at) WHERE next_at IS NOT NULL"
_BOARD = """
    CREATE TABLE board (
        unit text NOT NULL,
        kind text NOT NULL,
        light text NOT NULL,
        clocks bigint NOT NULL,
        PRIMARY KEY (unit, kind, light)
    ) WITH (fillfactor = 50)
"""
"""How many clocks run, by unit, kind and light; the unit is empty where nobody has the ticket."""


def upgrade() -> None:
    """Make the tables."""
    for sql in (_TICKET, _CLOCK, _NEXT, _NEXT_OF_UNIT, _BOARD):
        op.execute(sql)
