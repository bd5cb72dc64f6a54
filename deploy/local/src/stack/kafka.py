"""Apache Kafka as one process, broker and controller."""

import base64
import hashlib
import os
import shutil
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from stack import files, jars, machine
from stack.apart import run_apart
from stack.program import Mark, Program
from stack.properties import ADMIN, Listener, Settings
from stack.trouble import Trouble, last_words

_SMALL_HEAP = "384m"
_QUICK = "-XX:TieredStopAtLevel=1"
_FORMAT_PATIENCE_S = 120
_ASK_MS = 3000


def mark(home: Path) -> Mark:
    """By what the Kafka of this folder is known."""
    return ("kafka.Kafka", str(home / "server.properties"))


@dataclass(frozen=True, slots=True)
class Kafka:
    """Kafka with its state in `home`. With a `heap` it may use the whole compiler too; without it stays small."""

    home: Path
    port: int
    controller_port: int
    password: str
    heap: str | None = None
    name: str = "kafka"

    def prepare(self) -> Program:
        """Write its settings, and format its folder when it has none yet. Raises Trouble."""
        self.home.mkdir(parents=True, exist_ok=True)
        libs = jars.kafka()
        files.write(self.home / "server.properties", self._settings("data"))
        if not (self.home / "data" / "meta.properties").exists():
            self._format(libs)
        memory = [f"-Xmx{self.heap}"] if self.heap else [f"-Xmx{_SMALL_HEAP}", _QUICK]
        return Program(self.name, (*_java(libs, *memory), *mark(self.home)), mark(self.home), self.home)

    def answers(self) -> bool:
        """Whether the super user can sign in and sees the broker."""
        return _listens(self.port) and run_apart(self._sees_itself())

    def _settings(self, folder: str) -> str:
        address = f"127.0.0.1:{self.port}"
        clients = Listener("CLIENTS", address, address)
        return Settings((clients,), f"127.0.0.1:{self.controller_port}", self.password, str(self.home / folder)).text()

    def _format(self, libs: Path) -> None:
        """Format a folder beside, and move it when it is whole: one that was interrupted is never used."""
        settings, log = self.home / "format.properties", self.home / "format.log"
        files.write(settings, self._settings("data.new"))
        shutil.rmtree(self.home / "data.new", ignore_errors=True)
        command = [*_java(libs, _QUICK), "kafka.tools.StorageTool", "format", "-c", str(settings)]
        command += [f"--cluster-id={cluster_id(str(self.home))}", "--add-scram", scram(self.password)]
        with log.open("wb") as out:
            done = subprocess.run(command, stdout=out, stderr=out, timeout=_FORMAT_PATIENCE_S, check=False)
        settings.unlink()
        if done.returncode:
            raise Trouble(f"Kafka could not make its folder in {self.home}: {last_words(log)}")
        shutil.rmtree(self.home / "data", ignore_errors=True)
        (self.home / "data.new").rename(self.home / "data")

    async def _sees_itself(self) -> bool:
        client = AIOKafkaClient(
            bootstrap_servers=f"127.0.0.1:{self.port}",
            request_timeout_ms=_ASK_MS,
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="SCRAM-SHA-256",
            sasl_plain_username=ADMIN,
            sasl_plain_password=self.password,
        )
        with suppress(KafkaError):
            await client.bootstrap()
        seen = bool(client.cluster.brokers())
        await client.close()
        return seen


def cluster_id(seed: str) -> str:
    """A cluster's id, 16 bytes in base64, the same for the same seed."""
    return base64.urlsafe_b64encode(hashlib.sha256(os.fsencode(seed)).digest()[:16]).decode().rstrip("=")


def scram(password: str) -> str:
    """What StorageTool is told so that the super user exists from the first start."""
    return f"SCRAM-SHA-256=[name={ADMIN},password={password}]"


def _java(libs: Path, *options: str) -> tuple[str, ...]:
    logging = ("defaultLogLevel=warn", "showDateTime=true", "dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX")
    quiet = (f"-Dorg.slf4j.simpleLogger.{one}" for one in logging)
    return (
        str(machine.java()),
        *options,
        "-XX:+UseSerialGC",
        "-XX:+ExitOnOutOfMemoryError",
        *quiet,
        "-cp",
        f"{libs}/*",
    )


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
