"""What the desk decided about complaints: ranking learns from it."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table: a row for each complaint whose ticket a hand dispatched, until the unit gives it back."""
    op.execute("CREATE TABLE decision (complaint_id uuid PRIMARY KEY, unit text NOT NULL, matter text)")
