"""The chassis' tables, and one that shows which effects there were."""

from alembic import op

from chassis import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    tables.v1(op)
    op.execute("CREATE TABLE effect (n bigint GENERATED ALWAYS AS IDENTITY, complaint_id uuid, matter_code text)")
