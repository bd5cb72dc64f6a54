"""Which port each program has: what STACK_* says, else what this checkout had before, else the usual one."""

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from contracts.topics import package
from stack import files
from stack.trouble import Trouble

_FILE = "ports.json"
_NEXT_INSTANCE = 10
_HIGHEST = 65_535


@dataclass(frozen=True, slots=True)
class Ports:
    """Ports on loopback. PostgreSQL's and Redis's are not their usual ones: machines often have their own there."""

    kafka: int = 9092
    kafka_controller: int = 9093
    postgres: int = 15432
    redis: int = 16379
    intake: int = 8001
    dispatch: int = 8002
    sla_monitor: int = 8003
    revisit: int = 8004
    portal_bridge: int = 8005
    city: int = 8009

    @classmethod
    def read(cls, home: Path, env: Mapping[str, str] = os.environ) -> "Ports":
        """The ports of the stack whose state is in `home`. Raises Trouble for what is no port, or said twice."""
        file = home / _FILE
        kept = json.loads(file.read_text()) if file.exists() else {}
        said = {one.name: env.get(variable(one.name)) for one in fields(cls)}
        ports = cls(**(kept | {name: _port(name, value) for name, value in said.items() if value}))
        if len(set(asdict(ports).values())) < len(said):
            raise Trouble("Two programs cannot have one port: " + ", ".join(f"{n} {p}" for n, p in ports.named()) + ".")
        return ports

    def keep(self, home: Path) -> None:
        """Remember them, so that a later start finds them without the variables."""
        files.write(home / _FILE, json.dumps(asdict(self)))

    def named(self) -> list[tuple[str, int]]:
        """Each program's name with its port."""
        return [(one.name, getattr(self, one.name)) for one in fields(self)]

    def of_instance(self, service: str, number: int) -> int:
        """The HTTP port of a service's instance; the first is number 1, the next is ten further on."""
        first: int = getattr(self, package(service))
        return first + _NEXT_INSTANCE * (number - 1)


def variable(program: str) -> str:
    """The variable that moves the program's port."""
    return f"STACK_{program.upper()}_PORT"


def _port(program: str, said: str) -> int:
    if not (said.isascii() and said.isdigit() and 0 < int(said) <= _HIGHEST):
        raise Trouble(f"{variable(program)} is a number from 1 to {_HIGHEST}, not {said!r}.")
    return int(said)


def make_sure_of(needed: list[tuple[str, int]]) -> None:
    """Raises Trouble when one of the programs' ports is taken."""
    for program, port in needed:
        if not free(port):
            move = f"move {program} with {variable(program)}={port + 100}"
            raise Trouble(f"Port {port} is taken: end what listens there, or {move}.")


def free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
