"""What matters are called and who owns them, as the directory tells; and the models that rank them."""

from alembic import op

revision = "0003"
down_revision = "0002"

_MATTER = """
    CREATE TABLE matter (
        code text PRIMARY KEY,
        name text NOT NULL,
        synonyms text[] NOT NULL,
        pinyin text[] NOT NULL,
        places text[] NOT NULL,
        units text[] NOT NULL,
        version bigint NOT NULL,
        listed boolean NOT NULL
    )
"""
_UNIT = """
    CREATE TABLE unit (
        code text PRIMARY KEY,
        name text NOT NULL,
        version bigint NOT NULL,
        listed boolean NOT NULL
    )
"""
_PLACE = """
    CREATE TABLE place (
        code text PRIMARY KEY,
        parent text,
        version bigint NOT NULL,
        listed boolean NOT NULL
    )
"""
_MODEL = """
    CREATE TABLE ranking_model (
        version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        model_id uuid NOT NULL UNIQUE,
        trained_at timestamptz NOT NULL,
        sha256 bytea NOT NULL,
        rows bigint NOT NULL,
        top1 double precision NOT NULL,
        top3 double precision NOT NULL,
        wrapped_key bytea NOT NULL,
        body bytea NOT NULL
    )
"""
_STORED_AS_IT_IS = "ALTER TABLE ranking_model ALTER COLUMN body SET STORAGE EXTERNAL"


def upgrade() -> None:
    """Make the tables. A model is made of what people wrote, so it is sealed like that (rules 7)."""
    for statement in (_MATTER, _UNIT, _PLACE, _MODEL, _STORED_AS_IT_IS):
        op.execute(statement)
