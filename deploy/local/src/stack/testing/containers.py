"""The same servers as official images through testcontainers, on free ports, with state that is thrown away."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from docker.errors import DockerException  # type: ignore[import-untyped]
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from stack import beside, images, starting
from stack.kafka import Kafka, cluster_id, scram
from stack.postgres import Postgres
from stack.program import Server
from stack.properties import Listener
from stack.testing import keeper
from stack.testing.native import free_ports
from stack.testing.servers import Servers
from stack.trouble import Trouble
from stack.valkey import Valkey

_PATIENCE_S = 180.0
_NOWHERE = Path(os.devnull)
_ANYWHERE = "0.0.0.0"  # noqa: S104 - inside of the container


class Containers:
    """The three servers as containers; each is asked from outside, as the native ones are."""

    def __init__(self, servers: tuple[Server, ...], containers: Mapping[str, DockerContainer]) -> None:
        self._servers = {server.name: server for server in servers}
        self._containers = containers

    def start_all(self) -> None:
        """Start all of them beside each other. Raises Trouble."""
        beside.all_of(*(one.start for one in self._containers.values()))
        beside.all_of(*(partial(self._answers, name) for name in self._containers))

    def start(self, name: str) -> None:
        """Start it with the data it has, and return when it answers. Raises Trouble."""
        self._containers[name].get_wrapped_container().start()
        self._answers(name)

    def kill(self, name: str) -> None:
        """End it as by kill -9, and return when it is gone."""
        container = self._containers[name].get_wrapped_container()
        container.kill()
        container.wait()

    def _answers(self, name: str) -> None:
        if not starting.until(self._servers[name].answers, _PATIENCE_S):
            said = self._containers[name].get_wrapped_container().logs(tail=1).decode("utf-8", "replace").strip()
            raise Trouble(f"{name} did not come up in its container; its log ends with: {said}")


@contextmanager
def servers() -> Iterator[Servers]:
    """Running servers until it is left, however that happens: a keeper ends them even when we are killed."""
    testcontainers_config.ryuk_disabled = True  # the keeper does its work, with one image less to have
    name, password = f"bbcs-test-{secrets.token_hex(4)}", secrets.token_hex(16)
    kafka_port, postgres_port, redis_port = free_ports(3)
    redis = Valkey(_NOWHERE, redis_port, password)
    asked = (Kafka(_NOWHERE, kafka_port, 0, password), Postgres(_NOWHERE, postgres_port, password), redis)
    with keeper.keeping("containers", *(f"{name}-{one.name}" for one in asked)):
        try:
            made = {
                "kafka": _kafka(name, kafka_port, password),
                "postgres": _postgres(name, postgres_port, password),
                "redis": _redis(name, redis_port, password),
            }
            containers = Containers(asked, made)
            containers.start_all()
        except DockerException as error:
            raise Trouble(f"STACK=testcontainers needs Docker, which does not do as it should: {error}") from error
        yield Servers(f"127.0.0.1:{kafka_port}", password, "127.0.0.1", postgres_port, password, redis.url, containers)


def _container(name: str, server: str, image: tuple[str, str], inside: int, port: int) -> DockerContainer:
    container = DockerContainer(images.chosen(image)).with_name(f"{name}-{server}")
    published: dict[Any, Any] = container.ports  # its types do not know that an address may be named, Docker does
    published[inside] = ("127.0.0.1", port)
    return container


def _kafka(name: str, port: int, password: str) -> DockerContainer:
    listeners = (Listener("CLIENTS", f"{_ANYWHERE}:{port}", f"127.0.0.1:{port}"),)
    variables = images.kafka_variables(listeners, password, cluster_id(name), scram(password))
    container = _container(name, "kafka", images.KAFKA, port, port).with_command(["sh", "-c", images.KAFKA_SCRIPT])
    return container.with_envs(**variables)


def _postgres(name: str, port: int, password: str) -> DockerContainer:
    container = _container(name, "postgres", images.POSTGRES, 5432, port)
    command = "postgres -c fsync=off -c full_page_writes=off -c max_connections=200 -c log_error_verbosity=terse"
    return container.with_command(command).with_envs(**images.postgres_variables(password))


def _redis(name: str, port: int, password: str) -> DockerContainer:
    return _container(name, "redis", images.REDIS, 6379, port).with_command(images.redis_command(password))
