"""What waits for whom about findings: judgement, rectification, check."""

from alembic import op

revision = "0002"
down_revision = "0001"

_SUPERVISED = """
    CREATE TABLE supervised (
        thing_id uuid PRIMARY KEY,
        ticket_id uuid NOT NULL,
        unit text NOT NULL,
        since timestamptz NOT NULL,
        duty text
    ) WITH (fillfactor = 85)
"""
"""A finding or a round; `unit` is the principal that has to put it right: `unit.hrss`, `centre`."""
_WAITING = "CREATE INDEX supervised_waiting ON supervised (duty, since, thing_id) WHERE duty IS NOT NULL"
_OF_UNIT = "CREATE INDEX supervised_of_unit ON supervised (duty, unit, since, thing_id) WHERE duty IS NOT NULL"
_UNITS = """
    UPDATE ticket SET life = jsonb_set(life, '{findings}', (
        SELECT jsonb_agg(finding || jsonb_build_object('unit', (
            SELECT revisit -> 'unit' FROM jsonb_array_elements(life -> 'revisits') AS revisit
            WHERE revisit -> 'finish' = finding -> 'finish' LIMIT 1
        ))) FROM jsonb_array_elements(life -> 'findings') AS finding
    ))
    WHERE jsonb_array_length(life -> 'findings') > 0
"""
"""What was flagged before says, as what is flagged now, whose it is."""
_FLAGGED = """
    INSERT INTO supervised (thing_id, ticket_id, unit, since, duty)
    SELECT CAST(finding ->> 'finding_id' AS uuid), ticket_id, coalesce('unit.' || (finding ->> 'unit'), 'centre'),
        CAST(finding ->> 'flagged_at' AS timestamptz), 'judgement'
    FROM ticket, jsonb_array_elements(life -> 'findings') AS finding
"""


def upgrade() -> None:
    """Make the table, with what was flagged before."""
    for sql in (_SUPERVISED, _WAITING, _OF_UNIT, _UNITS, _FLAGGED):
        op.execute(sql)
