"""Which units are dissolved, and who takes over."""

from alembic import op

revision = "0007"
down_revision = "0006"

_UNIT = """
    CREATE TABLE unit (
        code text PRIMARY KEY,
        listed boolean NOT NULL,
        successor text,
        version bigint NOT NULL
    )
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(_UNIT)
