"""The calendar at each of its versions, and how far each amendment of clocks by a newer one has come."""

from alembic import op

revision = "0006"
down_revision = "0005"

_SINCE = "ALTER TABLE calendar_day ADD COLUMN since integer"
_SUPERSEDED = """
    CREATE TABLE calendar_superseded (
        date date NOT NULL,
        status text NOT NULL,
        notice text NOT NULL,
        revision integer NOT NULL,
        provisional boolean NOT NULL,
        since integer NOT NULL,
        until integer NOT NULL,
        PRIMARY KEY (date, since)
    )
"""
"""What a date was from version `since` on, `until` a later version made it something else."""
_TOLD = """
    CREATE TEMPORARY TABLE told ON COMMIT DROP AS
    SELECT said.*, version AS since, lead(version) OVER (PARTITION BY date ORDER BY revision) AS until
    FROM log
    CROSS JOIN LATERAL jsonb_to_record(convert_from(body, 'UTF8')::jsonb)
        AS said (date date, status text, notice text, revision integer, provisional boolean)
    JOIN calendar_notice ON imported_at = told_at AND (version = 1 OR calendar_notice.notice = said.notice)
    WHERE topic = 'calendar'
"""
"""The log has every row that there ever was, told at the instant at which its version was imported."""
_KEEP_PAST = """
    INSERT INTO calendar_superseded (date, status, notice, revision, provisional, since, until)
    SELECT date, status, notice, revision, provisional, since, until FROM told WHERE until IS NOT NULL
"""
_KEEP_NOW = """
    UPDATE calendar_day SET since = told.since
    FROM told WHERE told.date = calendar_day.date AND told.revision = calendar_day.revision
"""
_KEEP_REST = """
    UPDATE calendar_day SET since = (SELECT max(version) FROM calendar_notice) WHERE since IS NULL
"""
"""A row that the log does not tell is only known to hold now: at an older version the date is one without a row."""
_ALWAYS = "ALTER TABLE calendar_day ALTER COLUMN since SET NOT NULL"
_AMENDMENT = """
    CREATE TABLE amendment (
        version integer PRIMARY KEY,
        since timestamptz NOT NULL,
        until timestamptz NOT NULL,
        calendar integer NOT NULL,
        due_at timestamptz NOT NULL,
        ticket_id uuid NOT NULL,
        tickets bigint NOT NULL DEFAULT 0,
        carried_out_at timestamptz
    ) WITH (fillfactor = 10)
"""
"""The dates that changed begin and end in Shanghai at `since` and `until`. `calendar`, `due_at` and `ticket_id` are the
clock that was looked at last, in the order of the index; before the first, they are less than any."""
_NOT_YET = """
    INSERT INTO amendment (version, since, until, calendar, due_at, ticket_id)
    SELECT version, since, until, 0, since, '00000000-0000-0000-0000-000000000000' FROM (
        SELECT since AS version, min(date)::timestamp AT TIME ZONE 'Asia/Shanghai' AS since,
            (max(date) + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AS until
        FROM told WHERE since > 1 GROUP BY 1
    ) AS imported
"""
"""Until now a clock was amended when something else touched it."""
_BY_CALENDAR = """
    CREATE INDEX clock_by_calendar ON clock (calendar, due_at, ticket_id) WHERE verdict IS NULL AND wanted_at IS NULL
"""


def upgrade() -> None:
    """Keep what is there: what each date was at each version is read from the log."""
    kept = (_SINCE, _SUPERSEDED, _TOLD, _KEEP_PAST, _KEEP_NOW, _KEEP_REST, _ALWAYS)
    for sql in (*kept, _AMENDMENT, _NOT_YET, _BY_CALENDAR):
        op.execute(sql)
