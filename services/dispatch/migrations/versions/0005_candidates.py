"""What ranking took a complaint to be about, for the desk (rules 3.1)."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column, null for every ticket that its matter placed: opening those costs what it did."""
    op.execute("ALTER TABLE ticket ADD candidates jsonb")
