"""The state folder: made so that PostgreSQL's user may pass, and used by one command at a time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stack.locks import locked
from stack.serving import say
from stack.trouble import Trouble

_NEEDED_BYTES = 1024**3


def make_state(home: Path) -> None:
    """Make the folder. Raises Trouble where its disk is nearly full."""
    home.mkdir(mode=0o711, parents=True, exist_ok=True)
    disk = os.statvfs(home)
    if disk.f_bavail * disk.f_frsize < _NEEDED_BYTES:
        raise Trouble(f"The disk of {home} is nearly full: the stack needs 1 GB, make room and start again.")


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Nobody else changes this stack meanwhile."""
    with locked(home / "lock", lambda: say("Another command is at work on this stack; waiting for it.")):
        yield
