"""Valkey, or the machine's Redis, on loopback with a password; it holds nothing that must survive."""

import socket
from dataclasses import dataclass
from pathlib import Path

from stack import files, machine
from stack.program import Mark, Program

_ASK_S = 2.0
_WELCOME = b"+OK\r\n+PONG\r\n"


def mark(home: Path) -> Mark:
    """By what the Valkey of this folder is known, whoever's program it is."""
    return (str(home / "redis.conf"), "--set-proc-title", "no")


@dataclass(frozen=True, slots=True)
class Valkey:
    """Valkey with its state in `home`."""

    home: Path
    port: int
    password: str
    name: str = "redis"

    @property
    def url(self) -> str:
        """Its address with the password."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def prepare(self) -> Program:
        """Write its settings."""
        self.home.mkdir(parents=True, exist_ok=True)
        files.write(self.home / "redis.conf", self._settings())
        return Program(self.name, (str(machine.redis()), *mark(self.home)), mark(self.home), self.home)

    def answers(self) -> bool:
        """Whether it lets us in and says PONG."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), _ASK_S) as asked:
                asked.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                return asked.makefile("rb").read(len(_WELCOME)) == _WELCOME
        except OSError:
            return False

    def _settings(self) -> str:
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "requirepass": self.password,
            "dir": f'"{self.home}"',
            "save": '""',
            "appendonly": "no",
            "daemonize": "no",
        }
        return "".join(f"{name} {value}\n" for name, value in settings.items())
