"""PostgreSQL on loopback, its own user where we are root, a database and a role per service."""

import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from stack import files, machine, users
from stack.apart import run_apart
from stack.program import Mark, Program
from stack.trouble import Trouble, last_words

SUPERUSER = "postgres"
_ASK_S = 3.0
_INITDB_PATIENCE_S = 120
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a path to one may not be longer than 107 bytes
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",  # details show values, and values may be about people
}
_THROWAWAY = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB"}


def mark(data: Path) -> Mark:
    """By what the PostgreSQL of this data folder is known."""
    return ("-D", str(data))


def data_folder(home: Path) -> Path:
    """Where its data lies: in `home`, or outside of it where its user cannot reach that."""
    user = users.unprivileged()
    home.mkdir(mode=0o711, parents=True, exist_ok=True)
    return users.reachable(home, user) / "data"


@dataclass(frozen=True, slots=True)
class Postgres:
    """PostgreSQL with its state in `home`. What is not durable is only safe from kills, not from power cuts."""

    home: Path
    port: int
    password: str
    durable: bool = True
    name: str = "postgres"

    @property
    def url(self) -> str:
        """The super user's address, without a driver's name."""
        return f"postgresql://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/postgres"

    def prepare(self) -> Program:
        """Make its cluster when there is none yet. Raises Trouble."""
        user, data = users.unprivileged(), data_folder(self.home)
        programs = machine.postgres(user, _major_of(data))
        folder = _within_reach(programs.bin, user, data.parent)
        if not data.exists():
            self._initdb(folder, data, user)
        _forget_stranger(data)
        command = (str(folder / "postgres"), *mark(data), *_options(self._all_settings()))
        return Program(self.name, command, mark(data), data.parent, user, stop_signal="INT")

    def answers(self) -> bool:
        """Whether the super user can sign in and gets an answer."""
        return run_apart(self._selects())

    def _all_settings(self) -> dict[str, str]:
        return _SETTINGS | ({} if self.durable else _THROWAWAY) | {"port": str(self.port)}

    def _initdb(self, programs: Path, data: Path, user: str | None) -> None:
        """Make the cluster beside, and move it when it is whole: one that was interrupted is never used."""
        fresh, log, secret = data.with_name("data.new"), data.with_name("initdb.log"), data.with_name("password")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        files.write(secret, self.password)
        users.own(fresh, user)
        users.own(secret, user)
        with log.open("wb") as out:
            done = subprocess.run(
                _initdb_command(programs, fresh, secret, self.durable),
                stdout=out,
                stderr=out,
                cwd="/",
                timeout=_INITDB_PATIENCE_S,
                check=False,
                **users.as_user(user),
            )
        secret.unlink()
        if done.returncode:
            raise Trouble(f"PostgreSQL could not make its cluster in {data.parent}: {last_words(log)}")
        fresh.rename(data)

    async def _selects(self) -> bool:
        with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection = await asyncpg.connect(self.url, timeout=_ASK_S)
            try:
                return bool(await connection.fetchval("SELECT true", timeout=_ASK_S))
            finally:
                await connection.close()
        return False


def _initdb_command(programs: Path, data: Path, secret: Path, durable: bool) -> list[str]:
    return [
        str(programs / "initdb"),
        *("-D", str(data), "--username", SUPERUSER, "--pwfile", str(secret)),
        *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"),
        *(() if durable else ("--no-sync",)),
    ]


def _options(settings: dict[str, str]) -> list[str]:
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _major_of(data: Path) -> int | None:
    version = data / "PG_VERSION"
    return int(version.read_text().split(".")[0]) if version.exists() else None


def _within_reach(programs: Path, user: str | None, folder: Path) -> Path:
    """The programs; for a user who cannot reach the environment, a copy of them that is kept beside the data."""
    if users.reaches(user, programs / "initdb"):
        return programs
    copy, package = folder / "programs", programs.parents[1]
    if not copy.exists():
        fresh = folder / "programs.new"
        shutil.rmtree(fresh, ignore_errors=True)
        for part in (package, package.with_name(f"{package.name}.libs")):  # they find each other by where they lie
            shutil.copytree(part, fresh / part.name, symlinks=True)
        fresh.rename(copy)
    return copy / programs.relative_to(package.parent)


def _forget_stranger(data: Path) -> None:
    """Remove the pid file of a server that is gone when its number belongs to another program by now."""
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = pid_file.read_text().split("\n", 1)[0].strip()
    with suppress(OSError):
        if pid.isdigit() and b"postgres" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            pid_file.unlink()
