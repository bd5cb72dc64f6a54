"""The chassis' tables, what the city sent, what was refused of it, and how far it was fetched."""

from alembic import op

from chassis import tables

revision = "0001"
down_revision = None

_FEEDBACK = """
    CREATE TABLE feedback (
        city_key text PRIMARY KEY,
        number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        fingerprint bytea NOT NULL,
        way text NOT NULL,
        place_code text NOT NULL,
        unit_credit_code text NOT NULL,
        matter_code text,
        project_number text,
        pf smallint NOT NULL,
        rating smallint,
        assess_number smallint NOT NULL,
        corrects text,
        default_rating boolean NOT NULL,
        happened_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        entered_at timestamptz NOT NULL,
        state text NOT NULL,
        reason text NOT NULL,
        parcel bytea,
        action_id uuid,
        dismissal text,
        settled_at timestamptz,
        settled_by text,
        complaint_id uuid,
        handed integer NOT NULL DEFAULT 0,
        hand_at timestamptz NOT NULL DEFAULT now(),
        asked integer NOT NULL DEFAULT 0,
        ask_at timestamptz
    ) WITH (fillfactor = 85)
"""
"""`parcel` is the complaint, sealed with a key of its own; null as soon as it is nobody's here any more."""
_WAITING = "CREATE INDEX feedback_waiting ON feedback (state, number)"
_TO_HAND_ON = "CREATE INDEX feedback_to_hand_on ON feedback (hand_at) WHERE state = 'accepted'"
_TO_ASK = "CREATE INDEX feedback_to_ask ON feedback (ask_at) WHERE state = 'accepted'"
_RECEIVED = "CREATE INDEX feedback_received ON feedback (received_at)"
_REFUSAL = """
    CREATE TABLE refusal (
        fingerprint bytea PRIMARY KEY,
        number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        city_key text,
        way text NOT NULL,
        code text NOT NULL,
        fields text[] NOT NULL,
        parcel bytea NOT NULL,
        refused_at timestamptz NOT NULL
    )
"""
_REFUSED = "CREATE INDEX refusal_of_key ON refusal (city_key, refused_at) WHERE city_key IS NOT NULL"
_PULLING = """
    CREATE TABLE pulling (
        alone boolean PRIMARY KEY DEFAULT true CHECK (alone),
        cursor text,
        next_at timestamptz NOT NULL DEFAULT now(),
        failures integer NOT NULL DEFAULT 0
    )
"""
"""One row: where the city's cursor stands, and when it is asked again."""


def upgrade() -> None:
    """Make the tables."""
    tables.v1(op)
    tables.v2(op)
    for sql in (_FEEDBACK, _WAITING, _TO_HAND_ON, _TO_ASK, _RECEIVED, _REFUSAL, _REFUSED, _PULLING):
        op.execute(sql)
    op.execute("INSERT INTO pulling DEFAULT VALUES")
