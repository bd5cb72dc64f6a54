"""The servers of `make run`, on free ports, with state that is thrown away."""

import os
import random
import secrets
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from stack import starting
from stack.kafka import Kafka
from stack.postgres import Postgres
from stack.program import Server, launch
from stack.testing import keeper
from stack.testing.servers import Servers
from stack.trouble import Trouble, last_words
from stack.valkey import Valkey

_BELOW_EPHEMERAL = range(20_000, 32_000)
_SESSION = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_SESSIONS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
"""Which of several test sessions beside each other this is: none takes a port that another has just found free."""
_TRIES = 3
_PATIENCE_S = 90.0


def free_ports(how_many: int) -> list[int]:
    """Ports that nobody listens on, below those that the system hands out for outgoing connections."""
    found: list[int] = []
    for port in random.sample(_BELOW_EPHEMERAL[_SESSION::_SESSIONS], 2000):
        if len(found) < how_many and _free(port):
            found.append(port)
    return found


def _free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Natives:
    """The three servers as our children."""

    def __init__(self, home: Path, servers: tuple[Server, ...]) -> None:
        self.home = home
        self._servers = {server.name: server for server in servers}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start_all(self) -> None:
        """Start all of them beside each other. Raises Trouble."""
        with ThreadPoolExecutor(len(self._servers)) as beside:
            list(beside.map(self.start, self._servers))

    def start(self, name: str) -> None:
        """Start it with the data it has, and return when it answers. Raises Trouble."""
        server, log = self._servers[name], self.home / f"{name}.log"
        program = server.prepare()
        for _ in range(_TRIES):  # a PostgreSQL that was killed keeps the next one out until its last backend is gone
            process = self._running[name] = launch(program, log)
            if starting.until(server.answers, _PATIENCE_S, partial(_ended, process)):
                return
        raise Trouble(f"{name} did not come up on port {server.port}; {log} ends with: {last_words(log)}")

    def kill(self, name: str) -> None:
        """End it as by kill -9, and return when it is gone."""
        process = self._running[name]
        process.send_signal(signal.SIGKILL)
        process.wait()


def _ended(process: "subprocess.Popen[bytes]") -> bool:
    return process.poll() is not None


@contextmanager
def servers(durable: bool = False, kafka_heap: str | None = None) -> Iterator[Servers]:
    """Running servers until it is left, however that happens: a keeper ends them even when we are killed.

    `durable` writes as `make run` does; tests do without. `kafka_heap` ("512m") lets Kafka compile fully, for speed.
    """
    home = Path(tempfile.mkdtemp(prefix="bbcs-"))
    home.chmod(0o711)
    with keeper.keeping("folder", str(home)):
        kafka_port, controller_port, postgres_port, redis_port = free_ports(4)
        password = secrets.token_hex(16)
        redis = Valkey(home / "redis", redis_port, password)
        natives = Natives(
            home,
            (
                Kafka(home / "kafka", kafka_port, controller_port, password, kafka_heap),
                Postgres(home / "postgres", postgres_port, password, durable),
                redis,
            ),
        )
        natives.start_all()
        yield Servers(f"127.0.0.1:{kafka_port}", password, "127.0.0.1", postgres_port, password, redis.url, natives)
