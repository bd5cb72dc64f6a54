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
_NEVER_CHANGED = """
    CREATE FUNCTION complaint_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a complaint is never changed or deleted';
    END $$
"""
_GUARD = """
    CREATE TRIGGER complaint_never_changed BEFORE DELETE OR TRUNCATE OR UPDATE OF
        complaint_id, channel, source_id, submitted_at, registered_at, reporter_kind, matter_code, place_code,
        receipt, fingerprint, secret_hash, raw, content
    ON complaint FOR EACH STATEMENT EXECUTE FUNCTION complaint_is_never_changed()
"""


def upgrade() -> None:
    """Make the tables.

    What is sealed cannot be compressed, so PostgreSQL need not try. Of a complaint only the wrapping of its key may
    change (rules 2.1–2.2).
    """
    tables.v1(op)
    for statement in (_COMPLAINT, _STORED_AS_IT_IS, _NEVER_CHANGED, _GUARD):
        op.execute(statement)
