"""What people write about a complaint later, sealed (rules 7), and the units that may see it."""

from alembic import op

revision = "0002"
down_revision = "0001"

_TEXT = """
    CREATE TABLE complaint_text (
        text_id uuid PRIMARY KEY,
        complaint_id uuid NOT NULL,
        kind text NOT NULL,
        author text NOT NULL,
        written_at timestamptz NOT NULL,
        claim bytea UNIQUE,
        content bytea NOT NULL
    )
"""
_STORED_AS_IT_IS = "ALTER TABLE complaint_text ALTER COLUMN content SET STORAGE EXTERNAL"
_BY_COMPLAINT = "CREATE INDEX complaint_text_of ON complaint_text (complaint_id, written_at, text_id)"
_NEVER_CHANGED = """
    CREATE FUNCTION text_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a text is never changed or deleted';
    END $$
"""
_GUARD = """
    CREATE TRIGGER text_never_changed BEFORE DELETE OR TRUNCATE OR UPDATE
    ON complaint_text FOR EACH STATEMENT EXECUTE FUNCTION text_is_never_changed()
"""
_PARTICIPANT = """
    CREATE TABLE participant (
        complaint_id uuid NOT NULL,
        unit text NOT NULL,
        since timestamptz NOT NULL,
        until timestamptz,
        PRIMARY KEY (complaint_id, unit, since)
    )
"""


def upgrade() -> None:
    """Make the tables.

    Complaints are never deleted, so nothing needs to hold a text to its own. A text is sealed with the complaint's key:
    when keys are wrapped anew, texts stay as they are.
    """
    for statement in (_TEXT, _STORED_AS_IT_IS, _BY_COMPLAINT, _NEVER_CHANGED, _GUARD, _PARTICIPANT):
        op.execute(statement)
