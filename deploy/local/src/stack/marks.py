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


def service(home: Path) -> Mark:
    """By what services of this state folder are known: an option of Python's that means nothing to it."""
    return ("-X", f"stack={home}")


def supervisor(home: Path) -> Mark:
    """By what the supervisor of this state folder is known."""
    return ("supervisor.supervisord", "-n", "-c", str(home / "supervisord.conf"))


def all_of(home: Path) -> tuple[Mark, ...]:
    """By what anything of this state folder is known."""
    return (supervisor(home), service(home), *servers_of(home))
