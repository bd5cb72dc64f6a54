"""By what a reply's body is recognised in the city's ledger."""

from alembic import op

revision = "0003"
down_revision = "0002"

_FINGERPRINT = "ALTER TABLE reply ADD COLUMN fingerprint bytea"
"""Of the body that was sent last; null where none was, or before this was kept."""


def upgrade() -> None:
    """Add the column."""
    op.execute(_FINGERPRINT)
