"""A whole district on servers of its own: topics, tables, directory, and services as processes that can be killed."""

import asyncio
import base64
import csv
import hashlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import CLOCK_REALTIME, clock_gettime, monotonic
from typing import Any

import httpx2
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from tests.load.bus import Login
from tests.load.complaints import CHANNELS
from tests.load.districts import SAMPLE

from contracts import topics
from stack.testing import Servers, native

ROOT = Path(__file__).parents[1]
SERVICES = ("intake", "dispatch")
"""Those that journeys, faults and measurements run."""
_ASKED = (("sla-monitor", "dispatch"), ("sla-monitor", "revisit"), ("revisit", "dispatch"))
"""Who asks whose log for what did not come by its topics."""
WORKING = "http,consumers,jobs"
"""The doors of a service without its relay."""
_COMMAND_S = 120
_READY_S = 120.0
_LOOK_S = 0.1


def business(at: datetime, speed: int = 1) -> str:
    """The value of CLOCK by which business begins at this instant now, and runs so many times as fast."""
    return f"{datetime.fromtimestamp(clock_gettime(CLOCK_REALTIME), at.tzinfo).isoformat()}|{at.isoformat()}|{speed}"


def variable(principal: str, what: str) -> str:
    """The environment variable in which something of a principal stands."""
    return f"BBCS_{principal.translate(str.maketrans('-.', '__')).upper()}_{what}"


@dataclass(slots=True)
class Process:
    """A service's process, or a part of one."""

    service: str
    url: str
    environment: dict[str, str]
    doors: str | None = None
    running: "subprocess.Popen[bytes] | None" = None

    @property
    def pid(self) -> int:
        """Its number while it runs."""
        assert self.running is not None
        return self.running.pid


@dataclass(slots=True)
class Deployment:
    """Where everything of the district is, and a hand on its processes."""

    servers: Servers
    home: Path
    databases: dict[str, str]
    passwords: dict[str, str]
    keys: dict[str, str]
    variables: dict[str, str]
    processes: dict[str, Process] = field(default_factory=dict)

    def login(self, principal: str) -> Login:
        """How a principal signs in at Kafka; `admin` may do everything."""
        password = self.servers.kafka_password if principal == "admin" else self.passwords[principal]
        return Login(self.servers.kafka_servers, principal, password)

    def bearer(self, principal: str) -> dict[str, str]:
        """The header by which a principal is known over HTTP."""
        return {"authorization": f"Bearer {self.keys[principal]}"}

    def url(self, name: str) -> str:
        """Where a process answers."""
        return self.processes[name].url

    def log(self, name: str) -> Path:
        """What a process wrote."""
        return self.home / f"{name}.log"

    def add(self, name: str, service: str, doors: str | None = None, **environment: str) -> None:
        """Plan a process. Its name is also that of its instance, so that it takes up its partitions again at once."""
        port = str(native.free_ports(1)[0])
        own = {variable(service, "HTTP_PORT"): port, "BBCS_INSTANCE": name} | environment
        self.processes[name] = Process(service, f"http://127.0.0.1:{port}", own, doors)
        if "http" in (doors or "http"):
            self.variables |= {
                variable(who, f"{service.upper()}_URL"): self.url(name) for who, of in _ASKED if of == service
            }

    def start(self, name: str) -> None:
        """Start a process that was planned."""
        process = self.processes[name]
        doors = ["--doors", process.doors] if process.doors else []
        with self.log(name).open("ab") as out:
            process.running = subprocess.Popen(
                [sys.executable, "-m", topics.package(process.service), *doors],
                cwd=ROOT,
                env=self._environment(process.environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )

    def runs(self, name: str) -> bool:
        """Whether the process runs."""
        running = self.processes[name].running
        return running is not None and running.poll() is None

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End a process, and return when it is gone."""
        process = self.processes[name].running
        if process is not None:
            process.send_signal(how)
            process.wait(timeout=40)

    async def up(self, *names: str) -> None:
        """Start processes, and return when each says that it is ready."""
        for name in names:
            self.start(name)
        for name in names:
            await self.ready(name)

    async def ready(self, name: str) -> None:
        """Return when the process says that it is ready."""
        answers = ["nothing"]

        async def holds() -> bool:
            answers.append(await self._readiness(name))
            return answers[-1] == "ready"

        await until(holds, _READY_S, lambda: f"{name}, which says {answers[-1]} and wrote {self._end_of_log(name)}")

    async def _readiness(self, name: str) -> str:
        """`ready`, or why it is not."""
        assert self.runs(name), f"{name} has ended: {self._end_of_log(name)}"
        try:
            async with httpx2.AsyncClient(timeout=5) as client:
                answer = await client.get(f"{self.url(name)}/readyz")
        except httpx2.TransportError as error:
            return repr(error)
        return "ready" if answer.status_code == httpx2.codes.OK else answer.text

    async def says(self) -> str:
        """What each process says of its readiness, and the last that it wrote."""
        running = [name for name in self.processes if self.runs(name)]
        said = {name: await self._readiness(name) for name in running}
        return "\n".join(f"{name}: {said.get(name, 'ended')}\n{self._end_of_log(name)}" for name in self.processes)

    def _end_of_log(self, name: str) -> str:
        return self.log(name).read_text()[-3000:]

    def bbcs(self, *arguments: str, **environment: str) -> Any:
        """What the operator's command answers, as JSON; it sees these variables too."""
        command = [str(Path(sys.executable).with_name("bbcs")), *arguments, "--json"]
        return json.loads(self._run(command, **environment).splitlines()[-1])

    def migrate(self, service: str, url: str | None = None) -> None:
        """Make a service's tables in its database, or in another one."""
        url = url or self.databases[service]
        self._run(
            [sys.executable, "-m", topics.package(service), "--migrate"], **{variable(service, "DATABASE_URL"): url}
        )

    def scratch(self, service: str) -> str:
        """A new database with a service's tables."""
        url = self.servers.make_database(service)
        self.migrate(service, url)
        return url

    async def wipe_kafka(self) -> None:
        """Take everything from Kafka that it holds, and start it empty."""
        folder = await _data_folder(self.login("admin"))
        await asyncio.to_thread(self.servers.kill, "kafka")
        shutil.rmtree(folder)
        await asyncio.to_thread(self.servers.start, "kafka")

    def _run(self, command: Iterable[str], **environment: str) -> str:
        done = subprocess.run(
            list(command),
            cwd=ROOT,
            env=self._environment(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_COMMAND_S,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("BBCS_", "COVERAGE_"))}
        return plain | self.variables | more


@asynccontextmanager
async def deployed(
    directory: Path = SAMPLE, *, durable: bool = False, kafka_heap: str | None = None, **settings: str
) -> AsyncIterator[Deployment]:
    """A district on fresh servers, its directory imported; processes are for the caller to plan and start.

    `settings` are further variables without their prefix: RATE_LIMIT="…".
    """
    home = Path(tempfile.mkdtemp(prefix="bbcs-district-"))
    with native.servers(durable=durable, kafka_heap=kafka_heap) as servers:
        made = _planned(servers, home, directory)
        made.variables |= {f"BBCS_{name}": value for name, value in settings.items()}
        try:
            await asyncio.to_thread(_prepare, made, directory)
            yield made
        finally:
            for name in made.processes:
                made.kill(name)
            shutil.rmtree(home, ignore_errors=True)


def _prepare(made: Deployment, directory: Path) -> None:
    with ThreadPoolExecutor() as beside:
        steps = [
            beside.submit(made.bbcs, "topics", "apply"),
            *(beside.submit(made.migrate, one) for one in topics.SERVICES),
        ]
    for step in steps:
        step.result()
    made.bbcs("directory", "import", str(directory))


def _planned(servers: Servers, home: Path, directory: Path) -> Deployment:
    with (directory / "units.csv").open(encoding="utf-8-sig", newline="") as lines:
        units = [line["code"] for line in csv.DictReader(lines)]
    systems = [*(f"channel.{one}" for one in CHANNELS), *(f"unit.{one}" for one in units)]
    passwords = {name: secrets.token_hex(16) for name in (*topics.SERVICES, "city", "operator", "monitoring", *systems)}
    keys = {
        name: secrets.token_hex(16)
        for name in (
            *systems,
            "centre",
            "office",
            "service.revisit",
            "service.sla-monitor",
            "service.portal-bridge",
        )
    }
    databases = {service: servers.make_database(service) for service in topics.SERVICES}
    variables = _variables(servers, units, databases, passwords, keys)
    return Deployment(servers, home, databases, passwords, keys, variables)


def _variables(
    servers: Servers, units: list[str], databases: dict[str, str], passwords: dict[str, str], keys: dict[str, str]
) -> dict[str, str]:
    digests = {name: hashlib.sha256(key.encode()).hexdigest() for name, key in keys.items()}
    return {
        "BBCS_KAFKA_SERVERS": servers.kafka_servers,
        "BBCS_KAFKA_SECURITY": servers.kafka_security,
        "BBCS_ADMIN_KAFKA_PASSWORD": servers.kafka_password,
        "BBCS_REDIS_URL": servers.redis_url,
        "BBCS_KEYS": json.dumps(digests),
        "BBCS_UNITS": ",".join(units),
        "BBCS_INTAKE_VAULT_KEYS": json.dumps({"test": _key()}),
        "BBCS_INTAKE_VAULT_KEY": "test",
        "BBCS_INTAKE_BLIND_KEY": _key(),
        "BBCS_PORTAL_BRIDGE_VAULT_KEYS": json.dumps({"test": _key()}),
        "BBCS_PORTAL_BRIDGE_VAULT_KEY": "test",
        "BBCS_PORTAL_BRIDGE_BLIND_KEY": _key(),
        "BBCS_PORTAL_BRIDGE_INTAKE_URL": "http://127.0.0.1:1",  # until it is planned
        "BBCS_PORTAL_BRIDGE_INTAKE_CHANNEL_KEY": keys["channel.city-exit"],
        "BBCS_PORTAL_BRIDGE_INTAKE_KEY": keys["service.portal-bridge"],
        **{variable(who, f"{of.upper()}_URL"): "http://127.0.0.1:1" for who, of in _ASKED},  # until one is planned
        **{variable(who, f"{of.upper()}_KEY"): keys[f"service.{who}"] for who, of in _ASKED},
        **{variable(name, "KAFKA_PASSWORD"): password for name, password in passwords.items()},
        **{variable(service, "DATABASE_URL"): url for service, url in databases.items()},
    }


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


async def _data_folder(login: Login) -> Path:
    """Where the broker says that it keeps its data."""
    admin = AIOKafkaAdminClient(**login.arguments())
    await admin.start()
    try:
        (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.BROKER, "1")])
    finally:
        await admin.close()
    settings = {entry[0]: entry[1] for entry in answer.resources[0][4]}
    return Path(settings["log.dirs"])


async def until(holds: Callable[[], Awaitable[bool]], seconds: float, what: Callable[[], str] | str) -> None:
    """Return when it holds. Raises AssertionError when it does not for so long."""
    end = monotonic() + seconds
    while not await holds():
        assert monotonic() < end, f"waited {seconds:g} s for {what if isinstance(what, str) else what()}"
        await asyncio.sleep(_LOOK_S)
