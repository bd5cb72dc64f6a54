"""What the city is told about its items, in order, and how the line to it stands."""

from alembic import op

revision = "0002"
down_revision = "0001"

_UNIT = "CREATE TABLE unit (code text PRIMARY KEY, credit_code text NOT NULL, version bigint NOT NULL)"
_ADDRESSEE = """
    CREATE TABLE addressee (
        complaint_id uuid PRIMARY KEY,
        ticket_id uuid NOT NULL,
        last integer NOT NULL DEFAULT 0,
        next integer NOT NULL DEFAULT 1,
        state text NOT NULL DEFAULT 'waiting',
        failures integer NOT NULL DEFAULT 0,
        again_at timestamptz NOT NULL DEFAULT now()
    ) WITH (fillfactor = 70)
"""
"""A complaint of the city: the ticket in which it goes on, how many replies there are, and which is the next.

`state` is that of the next one; pauses are real time, by the database's clock.
"""
_OF_TICKET = "CREATE INDEX addressee_of_ticket ON addressee (ticket_id)"
_TO_SEND = "CREATE INDEX addressee_to_send ON addressee (again_at) WHERE state = 'waiting' AND next <= last"
_STUCK = """
    CREATE INDEX addressee_stuck ON addressee (state, complaint_id) WHERE state IN ('refused', 'conflict')
"""
_REPLY = """
    CREATE TABLE reply (
        complaint_id uuid NOT NULL,
        number integer NOT NULL,
        kind text NOT NULL,
        said_at timestamptz NOT NULL,
        unit text,
        unit_credit_code text,
        text_of uuid NOT NULL,
        text_ids uuid[] NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        taken_at timestamptz,
        status integer,
        words bytea,
        refused_at timestamptz,
        action_id uuid,
        corrected_by text,
        PRIMARY KEY (complaint_id, number)
    ) WITH (fillfactor = 70)
"""
"""`text_ids` are sealed with intake under the complaint `text_of`; `words` are the city's own, sealed."""
_LINE = """
    CREATE TABLE line (
        alone boolean PRIMARY KEY DEFAULT true CHECK (alone),
        failures integer NOT NULL DEFAULT 0,
        rest_until timestamptz NOT NULL DEFAULT now()
    )
"""
"""One row: for how long the city is left alone, after it did not answer so often in a row."""
_BY_COMPLAINT = "CREATE UNIQUE INDEX feedback_complaint ON feedback (complaint_id) WHERE complaint_id IS NOT NULL"


def upgrade() -> None:
    """Make the tables."""
    for sql in (_UNIT, _ADDRESSEE, _OF_TICKET, _TO_SEND, _STUCK, _REPLY, _LINE, _BY_COMPLAINT):
        op.execute(sql)
    op.execute("INSERT INTO line DEFAULT VALUES")
