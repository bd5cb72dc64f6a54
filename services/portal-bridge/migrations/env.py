"""Alembic's door to the tables of portal-bridge."""

from chassis.db import run_migrations

run_migrations()
