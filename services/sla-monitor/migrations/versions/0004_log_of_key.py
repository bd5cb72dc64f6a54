"""The log of facts is read by what it is about, too (decision 0023)."""

from alembic import op

from chassis import tables

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the chassis' index."""
    tables.v2(op)
