"""The chassis' second version."""

from alembic import op

from chassis import tables

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    tables.v2(op)
