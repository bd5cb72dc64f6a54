"""Who takes over from a unit that was dissolved."""

from alembic import op

revision = "0008"
down_revision = "0007"

_SUCCESSOR = "ALTER TABLE unit ADD COLUMN successor text"


def upgrade() -> None:
    """Keep it from now on."""
    op.execute(_SUCCESSOR)
