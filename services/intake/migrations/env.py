"""Alembic's door to the tables of intake."""

from chassis.db import run_migrations

run_migrations()
