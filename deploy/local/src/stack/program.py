"""What is started: a command, who runs it, and the mark by which its process is known among all others."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from stack.users import as_user

Mark = tuple[str, ...]
"""Arguments that stand side by side in the command line of a program of this state folder, and of no other process."""


@dataclass(frozen=True, slots=True)
class Program:
    """A process to be. `user` is None where whoever starts it runs it."""

    name: str
    command: tuple[str, ...]
    mark: Mark
    folder: Path
    user: str | None = None
    stop_signal: str = "TERM"
    environment: Mapping[str, str] = field(default_factory=dict)


class Server(Protocol):
    """One of the servers that services need."""

    @property
    def name(self) -> str:
        """`kafka`, `postgres` or `redis`."""

    @property
    def port(self) -> int:
        """Where it listens on loopback."""

    def prepare(self) -> Program:
        """Make its state when there is none yet, and give what to start. Raises Trouble."""

    def answers(self) -> bool:
        """Whether it lets its administrator in and answers."""


def launch(program: Program, log: Path) -> "subprocess.Popen[bytes]":
    """Start the program in a session of its own, so that Ctrl-C in the terminal does not reach it."""
    with log.open("ab") as out:
        return subprocess.Popen(
            program.command,
            cwd=program.folder,
            env=os.environ | dict(program.environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            **as_user(program.user),
        )
