"""Who may ask for what (rules 6)."""

from typing import Annotated

from chassis import web
from chassis.security import Principal, allow


def desk(who: Annotated[Principal, web.Caller]) -> Principal:
    """One who dispatches by hand. Raises Refused("principal.not-allowed") for everybody else (rules 6)."""
    allow(who, "centre")
    return who


def overseer(who: Annotated[Principal, web.Caller]) -> Principal:
    """One who sees the whole district. Raises Refused("principal.not-allowed") for everybody else (rules 6)."""
    allow(who, "centre", "office", "inspection", "service")
    return who


def viewer(who: Annotated[Principal, web.Caller]) -> Principal:
    """An overseer, or a unit, which sees its own. Raises Refused("principal.not-allowed") for everybody else."""
    allow(who, "centre", "office", "inspection", "service", "unit")
    return who


def actor(who: Annotated[Principal, web.Caller]) -> str | None:
    """The unit that acts, None for the centre. Raises Refused("principal.not-allowed") for others (rules 6)."""
    allow(who, "centre", "unit")
    return who.rest or None


def proposer(who: Annotated[Principal, web.Caller]) -> Principal:
    """One who proposes changes. Raises Refused("principal.not-allowed") for others (rules 6)."""
    allow(who, "centre", "office")
    return who


def confirmer(who: Annotated[Principal, web.Caller]) -> Principal:
    """One who lets changes be. Raises Refused("principal.not-allowed") for others (rules 6)."""
    allow(who, "office")
    return who
