"""Importing this module makes every fact known to `contracts.base.FACTS`."""

from contracts import (
    actions,
    calendar,
    clocks,
    complaints,
    directory,
    improvements,
    parking,
    portal,
    replies,
    revisits,
    tickets,
)
from contracts.base import FACTS

__all__ = [
    "FACTS",
    "actions",
    "calendar",
    "clocks",
    "complaints",
    "directory",
    "improvements",
    "parking",
    "portal",
    "replies",
    "revisits",
    "tickets",
]
