"""How rows name who has to do something."""


def caller(unit: str | None) -> str:
    """A unit, or the centre, as the principal that it is."""
    return f"unit.{unit}" if unit else "centre"


def unit_of(principal: str) -> str | None:
    """The unit that a principal is, None for the centre."""
    return principal.partition(".")[2] or None
