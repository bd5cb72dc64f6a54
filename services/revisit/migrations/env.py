"""Alembic's door to the tables of revisit."""

from chassis.db import run_migrations

run_migrations()
