"""The chassis' own tables, made by a service's migrations; a version never changes once it is released."""

from typing import Protocol


class Operations(Protocol):
    """What is used of `alembic.op`."""

    def execute(self, sqltext: str) -> None:
        """Run one statement."""
        ...


LOG_PARTITION_ROWS = 10_000_000


def log_partition(number: int) -> str:
    """The statement that makes the log's partition `number`, if it is not there."""
    low = number * LOG_PARTITION_ROWS
    bounds = f"FROM ({low}) TO ({low + LOG_PARTITION_ROWS})"
    return f"CREATE TABLE IF NOT EXISTS log_{number} PARTITION OF log FOR VALUES {bounds}"


_V1 = (
    "CREATE SEQUENCE log_position",
    """
    CREATE TABLE log (
        position bigint PRIMARY KEY,
        id uuid NOT NULL,
        topic text NOT NULL,
        key text NOT NULL,
        sequence bigint NOT NULL,
        type text NOT NULL,
        told_at timestamptz NOT NULL,
        correlation text NOT NULL,
        causation text,
        traceparent text,
        body bytea NOT NULL
    ) PARTITION BY RANGE (position)
    """,
    log_partition(0),
    log_partition(1),
    "CREATE TABLE log_rest PARTITION OF log DEFAULT",
    """
    CREATE TABLE log_key (
        topic text NOT NULL,
        key text NOT NULL,
        last bigint NOT NULL,
        PRIMARY KEY (topic, key)
    ) WITH (fillfactor = 85)
    """,
    """
    CREATE TABLE log_cursor (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        high bigint NOT NULL DEFAULT 0,
        holes jsonb NOT NULL DEFAULT '[]',
        generation bigint NOT NULL DEFAULT 1
    ) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)
    """,
    "INSERT INTO log_cursor DEFAULT VALUES",
    """
    CREATE TABLE inbox (
        consumer text NOT NULL,
        fact_id uuid NOT NULL,
        taken_at timestamptz NOT NULL,
        PRIMARY KEY (consumer, fact_id)
    )
    """,
    """
    CREATE TABLE parked (
        id uuid PRIMARY KEY,
        n bigint GENERATED ALWAYS AS IDENTITY,
        consumer text NOT NULL,
        fact_id uuid,
        topic text NOT NULL,
        partition integer NOT NULL,
        "offset" bigint NOT NULL,
        sent_at_ms bigint NOT NULL,
        key bytea,
        personal boolean NOT NULL,
        message bytea NOT NULL,
        code text NOT NULL,
        fields text[] NOT NULL,
        state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'retry', 'done', 'dismissed')),
        attempts integer NOT NULL DEFAULT 1,
        parked_at timestamptz NOT NULL,
        settled_at timestamptz,
        reason text,
        settled_by text,
        UNIQUE (consumer, topic, partition, "offset", sent_at_ms)
    )
    """,
    """
    CREATE INDEX parked_open ON parked (consumer, topic, key, n) INCLUDE (id, state, code)
    WHERE state IN ('waiting', 'retry')
    """,
    """
    CREATE TABLE idempotency (
        principal text NOT NULL,
        key text NOT NULL,
        fingerprint bytea NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (principal, key)
    )
    """,
    """
    CREATE TABLE audit (
        position bigint PRIMARY KEY,
        at timestamptz NOT NULL,
        principal text NOT NULL,
        action text NOT NULL,
        subject text NOT NULL,
        purpose text NOT NULL,
        prev bytea NOT NULL,
        hash bytea NOT NULL
    )
    """,
    """
    CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit trail is append only';
    END $$
    """,
    """
    CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
    """,
)
"""`log` keeps every fact for ever; `log_key` counts them per topic and key; `parked.message` is sealed if personal."""


def v1(op: Operations) -> None:
    """The first version of all of them."""
    for sql in _V1:
        op.execute(sql)


_CLOCK_WITNESS = """
    CREATE TABLE clock_witness (
        machine text PRIMARY KEY,
        ahead_s double precision,
        apart_s double precision NOT NULL DEFAULT 0,
        boot_s double precision NOT NULL,
        seen_at timestamptz NOT NULL,
        doubted_since timestamptz,
        confirmed boolean NOT NULL DEFAULT false
    )
"""
"""By how much a machine's wall time is ahead of the seconds since its start, and of the database's, when it was last
trusted; `ahead_s` is null for one that never was."""


def clock_witness(op: Operations) -> None:
    """What a service needs whose jobs follow a topic: they wait while its machine's clock is in doubt."""
    op.execute(_CLOCK_WITNESS)


_V2 = ("CREATE INDEX log_of_key ON log (key, sequence)",)
"""One thing's facts in their order (decision 0023); partitions that are made later get it with their parent."""


def v2(op: Operations) -> None:
    """The second version; while the index is made of a log that holds facts already, none are told."""
    for sql in _V2:
        op.execute(sql)
