"""Alembic's door to the tables of dispatch."""

from chassis.db import run_migrations

run_migrations()
