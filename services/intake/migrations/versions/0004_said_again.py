"""Who said what where, by blind indexes of the reporter, and which complaints go on in another one's ticket."""

from alembic import op

revision = "0004"
down_revision = "0003"

_STATEMENTS = (
    """
    CREATE TABLE saying (
        mark bytea NOT NULL,
        matter_code text,
        place_code text NOT NULL,
        number bytea,
        complaint_id uuid NOT NULL,
        repeats uuid,
        CONSTRAINT saying_of UNIQUE (mark, matter_code, place_code)
    ) WITH (fillfactor = 90)
    """,
    """
    CREATE TABLE linked (
        complaint_id uuid PRIMARY KEY,
        to_complaint_id uuid NOT NULL,
        linked_at timestamptz NOT NULL,
        until timestamptz
    )
    """,
    "CREATE INDEX linked_to ON linked (to_complaint_id)",
)
"""`saying` holds the newest complaint of a reporter about a matter at a place, and which one it repeats. One without a
matter stands for itself; without a place that is empty. `mark` and `number` are drawn by a key that the database does
not have: nobody can look for a person here.
"""


def upgrade() -> None:
    """Make the tables."""
    for sql in _STATEMENTS:
        op.execute(sql)
