"""Where a command finds the servers: the environment, else `.stack/env` of this folder or one above it."""

import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from chassis.cli.failure import Unable
from chassis.cli.wanted import variable

SERVERS = "BBCS_KAFKA_SERVERS"


@dataclass(frozen=True, slots=True)
class Login:
    """How one principal signs in at Kafka."""

    servers: str
    security: str
    username: str
    password: str


def load(folder: Path | None = None) -> Path | None:
    """Read the running local stack's `.stack/env` into the environment, unless servers are named there already.

    Gives the file that was read. What the environment says already stays.
    """
    if os.environ.get(SERVERS):
        return None
    found = next(_files(folder or Path.cwd()), None)
    if found is not None:
        for name, value in _written(found):
            os.environ.setdefault(name, value)
    return found


def _files(folder: Path) -> Iterator[Path]:
    candidates = (place / ".stack" / "env" for place in (folder, *folder.parents))
    return (file for file in candidates if file.is_file())


def _written(file: Path) -> Iterator[tuple[str, str]]:
    for line in file.read_text("utf-8").splitlines():
        for word in shlex.split(line, comments=True):
            name, equals, value = word.partition("=")
            if equals:
                yield name, value


def login(principal: str, environment: Mapping[str, str] = os.environ) -> Login:
    """How the principal signs in. Raises Unable when the servers or its password are not known."""
    servers = environment.get(SERVERS)
    if not servers:
        raise Unable(f"No Kafka is known: start the stack (make run), or set {SERVERS}.")
    security = environment.get("BBCS_KAFKA_SECURITY", "SASL_PLAINTEXT")
    password = environment.get(variable(principal), "")
    if security.startswith("SASL") and not password:
        raise Unable(f"Kafka's user {principal} has no password here: set {variable(principal)}.")
    return Login(servers, security, principal, password)
