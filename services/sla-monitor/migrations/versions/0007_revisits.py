"""A ticket counts the facts about its revisits that were followed, beside its own (rules 4, 5.1)."""

from alembic import op

revision = "0007"
down_revision = "0006"

_COUNTED = "ALTER TABLE ticket ADD COLUMN revisits_followed bigint NOT NULL DEFAULT 0"


def upgrade() -> None:
    """Make the column; no row is written anew."""
    op.execute(_COUNTED)
