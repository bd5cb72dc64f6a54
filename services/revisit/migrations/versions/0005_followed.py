"""How many of a ticket's facts were followed, so that it is seen which are missing."""

from alembic import op

revision = "0005"
down_revision = "0004"

_FOLLOWED = "ALTER TABLE ticket ADD COLUMN followed bigint"
_FROM_NOW_ON = "ALTER TABLE ticket ALTER COLUMN followed SET DEFAULT 0"
"""Of a ticket that is there nobody counted them: it stays null until the next one comes."""


def upgrade() -> None:
    """Count what follows."""
    for sql in (_FOLLOWED, _FROM_NOW_ON):
        op.execute(sql)
