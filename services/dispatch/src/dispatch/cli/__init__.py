"""`bbcs directory`: what holds, and the desk that changes it."""

from dispatch.cli import proposals
from dispatch.cli.directory import app

proposals.add_to(app)

__all__ = ["app"]
