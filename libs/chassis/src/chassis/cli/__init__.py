"""`bbcs`, the operator's command."""

from chassis.cli.command import main

__all__ = ["main"]
