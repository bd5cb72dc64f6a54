"""What the machine's clock was trusted by: the sweep waits while it is in doubt (rules 4.7)."""

from alembic import op

from chassis import tables

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    tables.clock_witness(op)
