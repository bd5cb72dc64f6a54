"""Alembic's door to the tables of sla-monitor."""

from chassis.db import run_migrations

run_migrations()
