"""How rows name who has to do something."""


def caller(unit: str | None) -> str:
    """A unit, or the centre, as the principal that it is."""
    return f"unit.{unit}" if unit else "centre"
