"""Valkey, or the machine's Redis, on loopback with a password; it holds nothing that must survive."""

from dataclasses import dataclass
from pathlib import Path

import redis

from stack import files, machine
from stack.program import Mark, Program

_ASK_S = 2.0


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
        with redis.Redis.from_url(self.url, socket_timeout=_ASK_S, socket_connect_timeout=_ASK_S) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
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
