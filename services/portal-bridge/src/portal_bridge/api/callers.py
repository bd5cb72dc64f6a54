"""Who may ask for what (rules 6)."""

from typing import Annotated

from chassis import web
from chassis.security import Principal, allow


def centre(who: Annotated[Principal, web.Caller]) -> Principal:
    """The centre. Raises Refused("principal.not-allowed") for others."""
    allow(who, "centre")
    return who


def overseer(who: Annotated[Principal, web.Caller]) -> Principal:
    """One who sees the whole district. Raises Refused("principal.not-allowed") for others."""
    allow(who, "centre", "office", "inspection", "service")
    return who
