"""What tickets were finished for, how often, and what is improved because of it."""

from alembic import op

revision = "0003"
down_revision = "0002"

_COUNTED = """
    CREATE TABLE counted (
        ticket_id uuid PRIMARY KEY,
        matter_code text NOT NULL,
        cause text NOT NULL,
        unit text NOT NULL,
        finished_at timestamptz NOT NULL
    )
"""
"""For what each ticket counts that is finished now; `unit` is a principal: `unit.hrss`, `centre`."""
_BLOCKAGE = """
    CREATE TABLE blockage (
        blockage_id integer GENERATED ALWAYS AS IDENTITY UNIQUE,
        matter_code text NOT NULL,
        cause text NOT NULL,
        PRIMARY KEY (matter_code, cause)
    )
"""
"""A row for what was ever counted: whoever counts or improves it locks it."""
_DAY = """
    CREATE TABLE blockage_day (
        day date NOT NULL,
        blockage_id integer NOT NULL,
        unit text NOT NULL,
        finishes integer NOT NULL,
        PRIMARY KEY (blockage_id, day, unit)
    )
"""
"""How many of `counted` there are of each date in Shanghai."""
_RANKED = "CREATE INDEX blockage_day_ranked ON blockage_day (day) INCLUDE (blockage_id, finishes)"
_RANKED_OF = "CREATE INDEX blockage_day_of_unit ON blockage_day (unit, day) INCLUDE (blockage_id, finishes)"
_IMPROVEMENT = """
    CREATE TABLE improvement (
        improvement_id uuid PRIMARY KEY,
        matter_code text NOT NULL,
        cause text NOT NULL,
        number integer NOT NULL,
        state text NOT NULL,
        owner text,
        proposed_at timestamptz NOT NULL,
        tickets uuid[] NOT NULL,
        life jsonb NOT NULL,
        UNIQUE (matter_code, cause, number)
    )
"""
"""`owner` is a principal; `tickets` are those that made it, or made it come back."""
_OPEN = """
    CREATE UNIQUE INDEX improvement_open ON improvement (matter_code, cause) WHERE state NOT IN ('done', 'dismissed')
"""
_WAITING = "CREATE INDEX improvement_waiting ON improvement (state, proposed_at, improvement_id)"


def upgrade() -> None:
    """Make the tables."""
    for sql in (_COUNTED, _BLOCKAGE, _DAY, _RANKED, _RANKED_OF, _IMPROVEMENT, _OPEN, _WAITING):
        op.execute(sql)
