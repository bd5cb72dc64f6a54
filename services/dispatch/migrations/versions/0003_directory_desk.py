"""The directory desk: proposals, by whose word a version holds, who takes over from a unit, whose topics were made."""

from alembic import op

revision = "0003"
down_revision = "0002"

_STATEMENTS = (
    "ALTER TABLE unit ADD successor text",
    """
    ALTER TABLE directory_version
        ADD proposed_by text, ADD confirmed_by text, ADD basis text, ADD effective_at timestamptz,
        ADD proposal_id uuid
    """,
    """
    CREATE TABLE directory_proposal (
        proposal_id uuid PRIMARY KEY,
        state text NOT NULL,
        by text NOT NULL,
        basis text NOT NULL,
        changes jsonb NOT NULL,
        effective_at timestamptz,
        against integer NOT NULL,
        proposed_at timestamptz NOT NULL,
        confirmed_by text,
        confirmed_at timestamptz,
        rejected_by text,
        rejected_at timestamptz,
        version integer REFERENCES directory_version,
        problems jsonb NOT NULL,
        fingerprint bytea NOT NULL
    )
    """,
    """
    CREATE UNIQUE INDEX directory_proposal_once ON directory_proposal (fingerprint)
    WHERE state IN ('proposed', 'confirmed', 'awaiting-topics')
    """,
    """
    CREATE INDEX directory_proposal_waiting ON directory_proposal (effective_at, proposal_id)
    WHERE state IN ('confirmed', 'awaiting-topics')
    """,
    "CREATE TABLE provided (unit text PRIMARY KEY, provided_at timestamptz NOT NULL)",
)
"""`successor` stands in the row with which a unit ended. `provided` are units whose topics stood before they did."""


def upgrade() -> None:
    """Make the tables and columns."""
    for sql in _STATEMENTS:
        op.execute(sql)
