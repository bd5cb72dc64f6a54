"""The marks of everything that runs for a state folder."""

from pathlib import Path

from stack import kafka, postgres, users, valkey
from stack.program import Mark


def servers_of(home: Path) -> tuple[Mark, ...]:
    """By what the servers of this state folder are known."""
    return (
        kafka.mark(home / "kafka"),
        *(postgres.mark(folder / "data") for folder in (home / "postgres", users.stand_in(home / "postgres"))),
        valkey.mark(home / "redis"),
    )
