"""The chassis' tables, the tickets, and the directory: each of its rows holds from a version until a version."""

from alembic import op

from chassis import tables

revision = "0001"
down_revision = None

_TICKET = """
    CREATE TABLE ticket (
        ticket_id uuid PRIMARY KEY,
        complaint_id uuid NOT NULL CONSTRAINT ticket_once UNIQUE,
        state text NOT NULL,
        channel text NOT NULL,
        reporter_kind text NOT NULL,
        submitted_at timestamptz NOT NULL,
        opened_at timestamptz NOT NULL,
        matter_code text,
        place_code text,
        unit text,
        rule text,
        matched_place text,
        directory_version integer,
        dispatched_at timestamptz,
        dispatched_by text,
        queue_reason text,
        queued_at timestamptz,
        version integer NOT NULL
    ) WITH (fillfactor = 90)
"""
_MANUAL = "CREATE INDEX ticket_manual ON ticket (queued_at, ticket_id) WHERE state = 'queued'"

_DIRECTORY = (
    """
    CREATE TABLE directory_version (
        version integer PRIMARY KEY,
        imported_at timestamptz NOT NULL,
        units integer NOT NULL,
        places integer NOT NULL,
        matters integer NOT NULL
    )
    """,
    """
    CREATE TABLE unit (
        code text NOT NULL,
        since integer NOT NULL REFERENCES directory_version,
        until integer REFERENCES directory_version,
        name text NOT NULL,
        kind text NOT NULL,
        parent text,
        credit_code text NOT NULL,
        PRIMARY KEY (code, since)
    )
    """,
    """
    CREATE TABLE place (
        code text NOT NULL,
        since integer NOT NULL REFERENCES directory_version,
        until integer REFERENCES directory_version,
        name text NOT NULL,
        parent text,
        centre text,
        PRIMARY KEY (code, since)
    )
    """,
    """
    CREATE TABLE matter (
        code text NOT NULL,
        since integer NOT NULL REFERENCES directory_version,
        until integer REFERENCES directory_version,
        name text NOT NULL,
        synonyms text[] NOT NULL,
        PRIMARY KEY (code, since)
    )
    """,
    """
    CREATE TABLE ownership (
        matter text NOT NULL,
        place text NOT NULL,
        since integer NOT NULL REFERENCES directory_version,
        until integer REFERENCES directory_version,
        unit text NOT NULL,
        PRIMARY KEY (matter, place, since)
    )
    """,
)
"""A row holds for `since` <= version < `until`, for good without one. `directory_version` counts what each changed."""


def upgrade() -> None:
    """Make the tables. Updates of a ticket that is not queued touch no index, for which its pages keep some room."""
    tables.v1(op)
    for sql in (_TICKET, _MANUAL, *_DIRECTORY):
        op.execute(sql)
