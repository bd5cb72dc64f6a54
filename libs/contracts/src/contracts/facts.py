"""Importing this module makes every fact known to `contracts.base.FACTS`."""

from contracts import complaints, directory, parking, tickets
from contracts.base import FACTS

__all__ = ["FACTS", "complaints", "directory", "parking", "tickets"]
