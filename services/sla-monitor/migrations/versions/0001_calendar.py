"""The chassis' tables, and the calendar: a row per date, a row per notice that it was changed by."""

from alembic import op

from chassis import tables

revision = "0001"
down_revision = None

_NOTICE = """
    CREATE TABLE calendar_notice (
        version integer PRIMARY KEY,
        notice text NOT NULL,
        imported_at timestamptz NOT NULL,
        proposed_by text,
        confirmed_by text,
        lines integer NOT NULL
    )
"""
"""The calendar's versions: 1 is the seed, for which nobody gave their word."""
_DAY = """
    CREATE TABLE calendar_day (
        date date PRIMARY KEY,
        status text NOT NULL,
        notice text NOT NULL,
        revision integer NOT NULL,
        provisional boolean NOT NULL
    )
"""


def upgrade() -> None:
    """Make the tables; the job `calendar-seed` fills them."""
    tables.v1(op)
    for sql in (_NOTICE, _DAY):
        op.execute(sql)
