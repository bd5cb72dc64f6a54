"""Who may ask for what (rules 6)."""

from typing import Annotated

from chassis import web
from chassis.security import Principal, allow, allow_own

CENTRE = "centre"


def reader(who: Annotated[Principal, web.Caller]) -> Principal:
    """One who may see revisits and findings. Raises Refused("principal.not-allowed") for others."""
    allow(who, "centre", "office", "inspection", "service", "unit")
    return who


def overseer(who: Annotated[Principal, web.Caller]) -> Principal:
    """One who sees the whole district. Raises Refused("principal.not-allowed") for others."""
    allow(who, "centre", "office", "inspection", "service")
    return who


def caller(who: Annotated[Principal, web.Caller]) -> str | None:
    """The unit that asks, None for the centre. Raises Refused("principal.not-allowed") for others."""
    allow(who, "centre", "unit")
    return who.rest or None


def flagger(who: Annotated[Principal, web.Caller]) -> str:
    """One who flags a finding. Raises Refused("principal.not-allowed") for others."""
    allow(who, "centre", "office")
    return who.name


def judge(who: Annotated[Principal, web.Caller]) -> str:
    """One who judges findings. Raises Refused("principal.not-allowed") for others."""
    allow(who, "office")
    return who.name


def rectifier(who: Annotated[Principal, web.Caller]) -> str:
    """One who may have something to put right. Raises Refused("principal.not-allowed") for others."""
    allow(who, "centre", "unit")
    return who.name


def checker(who: Annotated[Principal, web.Caller]) -> str:
    """One who checks what was put right. Raises Refused("principal.not-allowed") for others."""
    allow(who, "centre")
    return who.name


def improver(who: Annotated[Principal, web.Caller]) -> str:
    """One who may do something about an improvement. Raises Refused("principal.not-allowed") for others."""
    allow(who, "centre", "office", "unit")
    return who.name


def of_own(who: Principal, unit: str | None) -> str | None:
    """The principal whose things are asked for, None for all of them; a unit asks for its own alone.

    Raises Refused("principal.not-allowed").
    """
    allow_own(who, unit)
    if unit is None:
        return None
    return unit if unit == CENTRE else f"unit.{unit}"
