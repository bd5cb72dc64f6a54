"""Telling people: who is told, what they are to be told, the messages that say it, and when they are left in peace."""

from alembic import op

revision = "0005"
down_revision = "0004"

_RECIPIENT = """
    CREATE TABLE recipient (
        recipient_id uuid PRIMARY KEY,
        name text NOT NULL,
        kind text NOT NULL,
        unit text,
        lights text[] NOT NULL,
        address text NOT NULL,
        keys text[] NOT NULL,
        added_at timestamptz NOT NULL,
        removed_at timestamptz,
        told_at timestamptz,
        failures integer NOT NULL DEFAULT 0,
        again_at timestamptz
    ) WITH (fillfactor = 50)
"""
"""`told_at` is when a message got there last. After a failure it is left alone until `again_at`."""
_NAME = "CREATE UNIQUE INDEX recipient_name ON recipient (name) WHERE removed_at IS NULL"
_MESSAGE = """
    CREATE TABLE message (
        message_id uuid PRIMARY KEY,
        recipient_id uuid NOT NULL REFERENCES recipient,
        state text NOT NULL,
        body text NOT NULL,
        changes integer NOT NULL,
        made_at timestamptz NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        leased_until timestamptz,
        answered_at timestamptz,
        status integer,
        code text
    ) WITH (fillfactor = 85)
"""
"""`leased_until` is by the database's own clock, whatever business time it is."""
_ONE = "CREATE UNIQUE INDEX message_open ON message (recipient_id) WHERE state IN ('waiting', 'refused')"
"""A recipient has one message at a time: what comes in the meantime is the next one's."""
_NOTIFICATION = """
    CREATE TABLE notification (
        recipient_id uuid NOT NULL,
        ticket_id uuid NOT NULL,
        kind text NOT NULL,
        ref text NOT NULL,
        light text NOT NULL,
        effective_at timestamptz NOT NULL,
        unit text,
        noticed_at timestamptz NOT NULL,
        message_id uuid,
        left_out_at timestamptz,
        PRIMARY KEY (recipient_id, ticket_id, kind, ref, light, effective_at)
    ) WITH (fillfactor = 85)
"""
"""A change that a recipient is to be told: it waits, is told by a message, or was left out, being true no more."""
_WAITING = """
    CREATE INDEX notification_waiting ON notification (recipient_id, unit, noticed_at)
    WHERE message_id IS NULL AND left_out_at IS NULL
"""
_SILENCE = """
    CREATE TABLE silence (
        silence_id uuid PRIMARY KEY,
        unit text,
        since timestamptz NOT NULL,
        until timestamptz NOT NULL,
        reason text NOT NULL,
        by text NOT NULL,
        ended_at timestamptz,
        ended_by text
    )
"""
_LASTING = "CREATE INDEX silence_lasting ON silence (until) WHERE ended_at IS NULL"


def upgrade() -> None:
    """Make the tables."""
    for sql in (_RECIPIENT, _NAME, _MESSAGE, _ONE, _NOTIFICATION, _WAITING, _SILENCE, _LASTING):
        op.execute(sql)
