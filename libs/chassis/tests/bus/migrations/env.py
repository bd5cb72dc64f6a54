"""Alembic's door to the tables of the tests' service."""

from chassis.db import run_migrations

run_migrations()
