"""The chassis' tables, and the complaints: codes and times in the open, what people said sealed (rules 7)."""

from alembic import op

from chassis import tables

revision = "0001"
down_revision = None

_COMPLAINT = """
    CREATE TABLE complaint (
        complaint_id uuid PRIMARY KEY,
        channel text NOT NULL,
        source_id text NOT NULL,
        submitted_at timestamptz NOT NULL,
        registered_at timestamptz NOT NULL,
        reporter_kind text NOT NULL,
        matter_code text,
        place_code text,
        receipt text NOT NULL,
        fingerprint bytea NOT NULL,
        secret_hash bytea NOT NULL,
        wrapped_key bytea NOT NULL,
        raw bytea NOT NULL,
        content bytea NOT NULL,
        CONSTRAINT complaint_once UNIQUE (channel, source_id)
    )
"""
_STORED_AS_IT_IS = """
    ALTER TABLE complaint ALTER COLUMN raw SET STORAGE EXTERNAL, ALTER COLUMN content SET STORAGE EXTERNAL
"""


def upgrade() -> None:
    """Make the tables; what is sealed cannot be compressed, so PostgreSQL need not try."""
    tables.v1(op)
    op.execute(_COMPLAINT)
    op.execute(_STORED_AS_IT_IS)
