"""What the machine's clock was trusted by."""

from alembic import op

from chassis import tables

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    tables.clock_witness(op)
