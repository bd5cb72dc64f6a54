"""What `stack up` is about to bring about: ports, variables, servers, programs."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts.topics import SERVICES, package
from contracts.vocabulary import Channel
from stack import checkout, clocks, credentials, environment, marks
from stack.credentials import shouted
from stack.kafka import Kafka
from stack.ports import Ports
from stack.postgres import Postgres
from stack.program import Program, Server
from stack.trouble import Trouble
from stack.valkey import Valkey

_MOST_INSTANCES = 9
_SOURCED = 'umask 077 && . "$0" && exec "$@"'


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole stack, as it should be."""

    home: Path
    ports: Ports
    secrets: Mapping[str, str]
    variables: Mapping[str, str]
    servers: tuple[Server, ...]
    instances: Mapping[str, int]

    @classmethod
    def of(cls, home: Path, speed: float | None, env: Mapping[str, str] = os.environ) -> "Plan":
        """The stack with its state in `home`, by what STACK_* says. Raises Trouble."""
        ports = Ports.read(home, env)
        clock = clocks.current(environment.read(home).get("BBCS_CLOCK"), speed)
        codes = environment.units()
        secrets = credentials.keep(home, credentials.wanted(SERVICES, Channel, codes))
        found = environment.variables(ports, secrets, codes, clock)
        instances = {service: _instances(service, env) for service in SERVICES}
        return cls(home, ports, secrets, found, _servers(home, ports, secrets, env), instances)

    def programs(self) -> list[Program]:
        """Everything that is supervised; servers get their state made."""
        return [*(server.prepare() for server in self.servers), *self.speaking()]

    def speaking(self) -> list[Program]:
        """Every instance of every service, and the sample city."""
        return [*self.services(), self._city()]

    def services(self) -> Iterator[Program]:
        """Every instance of every service."""
        for service, many in self.instances.items():
            for number in range(1, many + 1):
                yield self._service(service, number)

    def command(self, service: str, *arguments: str) -> tuple[str, ...]:
        """How the service is run: with the variables that are its own."""
        return self._sourced(service, "-m", package(service), *arguments)

    def _sourced(self, name: str, *arguments: str) -> tuple[str, ...]:
        file = str(self.home / "services" / f"{name}.env")
        return ("/bin/sh", "-c", _SOURCED, file, sys.executable, *marks.service(self.home), *arguments)

    def addresses(self) -> list[tuple[str, str]]:
        """Each instance with its address, for `/readyz`."""
        return [
            (_instance(service, number), f"http://127.0.0.1:{self.ports.of_instance(service, number)}")
            for service, many in self.instances.items()
            for number in range(1, many + 1)
        ]

    def first_addresses(self) -> list[tuple[str, str]]:
        """Each service with the address of its first instance."""
        return [(service, f"http://127.0.0.1:{self.ports.of_instance(service, 1)}") for service in self.instances]

    def ports_needed(self) -> list[tuple[str, int]]:
        """Every port that somebody of the stack listens on, with whose it is."""
        further = [
            (service, self.ports.of_instance(service, number))
            for service, many in self.instances.items()
            for number in range(2, many + 1)
        ]
        return self.ports.named() + further

    def _service(self, service: str, number: int) -> Program:
        return Program(
            _instance(service, number),
            self.command(service),
            marks.service(self.home),
            self.home,
            environment={
                "BBCS_INSTANCE": str(number),
                _port_variable(service): str(self.ports.of_instance(service, number)),
            },
        )

    def _city(self) -> Program:
        """The sample city; who asks for its address waits for it."""
        command = self._sourced("city", str(checkout.CITY), "--push")
        return Program("city", command, marks.service(self.home), self.home)


def _instance(service: str, number: int) -> str:
    return service if number == 1 else f"{service}-{number}"


def _port_variable(service: str) -> str:
    return f"BBCS_{shouted(service)}_HTTP_PORT"


def _servers(home: Path, ports: Ports, secrets: Mapping[str, str], env: Mapping[str, str]) -> tuple[Server, ...]:
    admin = secrets[credentials.password_name("admin")]
    return (
        Kafka(home / "kafka", ports.kafka, ports.kafka_controller, admin, env.get("STACK_KAFKA_HEAP")),
        Postgres(home / "postgres", ports.postgres, secrets["postgres"]),
        Valkey(home / "redis", ports.redis, secrets["redis"]),
    )


def _instances(service: str, env: Mapping[str, str]) -> int:
    name = f"STACK_{shouted(service)}_INSTANCES"
    said = env.get(name) or "1"
    if said not in map(str, range(_MOST_INSTANCES + 1)):
        raise Trouble(f"{name} is a number from 0 to {_MOST_INSTANCES}, not {said!r}.")
    return int(said)
