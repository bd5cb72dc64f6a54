"""`STACK=docker`: the same stack in containers, by deploy/compose.yaml; same ports, principals and variables."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from contracts.topics import SERVICES
from stack import beside, checkout, environment, files, images, marks, ports, processes, provisioning, starting
from stack.kafka import cluster_id, scram
from stack.plan import Plan
from stack.program import Server
from stack.properties import Listener
from stack.serving import ready, say
from stack.state import alone, make_state
from stack.trouble import Trouble, last_words

_COMPOSE = checkout.ROOT / "deploy" / "compose.yaml"
_INSIDE = {"kafka": "kafka:9094", "postgres": "postgres:5432", "redis": "redis:6379"}
_LISTENING = {"intake": "8001", "dispatch": "8002", "sla-monitor": "8003", "revisit": "8004", "portal-bridge": "8005"}
_ANYWHERE = "0.0.0.0"  # noqa: S104 - inside of a container; it is published on loopback only
_PATIENCE_S = 180.0


def runs(home: Path) -> bool:
    """Whether the stack of this state folder was brought up in containers."""
    return (home / "docker" / "up").exists()


def bring_up(home: Path, speed: float | None) -> None:
    """Start what does not run, until every service says that it is ready. Raises Trouble."""
    make_state(home)
    with alone(home):
        plan = without_city(Plan.of(home, speed))
        _make_sure_of_docker()
        _make_way(plan)
        _write(plan)
        say("Starting Kafka, PostgreSQL and Redis in containers …")
        _compose(home, plan, "up", "--detach", *_INSIDE)
        kafka, postgres, redis = plan.servers
        beside.all_of(
            lambda: _answers(kafka, then=partial(provisioning.apply_topics, plan)),
            lambda: _answers(postgres, then=partial(provisioning.tables, plan)),
            lambda: _answers(redis),
        )
        say("Building and starting the services …")
        _compose(home, plan, "up", "--detach", "--build", *SERVICES)
        beside.all_of(*(partial(_becomes_ready, name, url) for name, url in plan.first_addresses()))


def bring_down(home: Path, *, with_data: bool = False) -> None:
    """End the containers; their data stays unless it is to go too. Raises Trouble."""
    _compose(home, Plan.of(home, None), "down", *(("--volumes",) if with_data else ()))
    (home / "docker" / "up").unlink(missing_ok=True)


def without_city(plan: Plan) -> Plan:
    """The sample city listens on loopback, where no container reaches it: it sends, and is told nothing."""
    return replace(
        plan, variables={name: said for name, said in plan.variables.items() if name != environment.CITY_URL}
    )


def _make_sure_of_docker() -> None:
    found = shutil.which("docker")
    asked = (["docker", "info"], ["docker", "compose", "version"])
    if not found or any(subprocess.run(one, capture_output=True, check=False).returncode for one in asked):
        raise Trouble("STACK=docker needs Docker with Compose, running: start it, or make run without STACK=docker.")


def _make_way(plan: Plan) -> None:
    if processes.find(marks.all_of(plan.home)):
        raise Trouble("The stack runs without Docker: make stop ends it, then start again.")
    if not runs(plan.home):
        ports.make_sure_of(plan.ports.named())


def _write(plan: Plan) -> None:
    """The variables for people, and for each container its own."""
    environment.write(plan.home, plan.variables)
    (plan.home / "log").mkdir(exist_ok=True)
    (plan.home / "docker").mkdir(mode=0o700, exist_ok=True)
    for name, variables in _containers(plan).items():
        environment.write_one(plan.home / "docker" / f"{name}.env", variables)
    plan.ports.keep(plan.home)
    files.write(plan.home / "docker" / "up", "")


def _containers(plan: Plan) -> dict[str, dict[str, str]]:
    admin = plan.variables["BBCS_ADMIN_KAFKA_PASSWORD"]
    listeners = (
        Listener("INSIDE", f"{_ANYWHERE}:9094", _INSIDE["kafka"]),
        Listener("CLIENTS", f"{_ANYWHERE}:9092", f"127.0.0.1:{plan.ports.kafka}"),
    )
    return {
        "kafka": images.kafka_variables(listeners, admin, cluster_id(str(plan.home)), scram(admin)),
        "postgres": images.postgres_variables(plan.secrets["postgres"]),
        "redis": {"REDIS_PASSWORD": plan.secrets["redis"]},
    } | {service: _service(plan, service) for service in SERVICES}


def _service(plan: Plan, service: str) -> dict[str, str]:
    """The service's variables."""
    moved = inside(plan, environment.of_service(service, plan.variables))
    return moved | {"BBCS_HTTP_HOST": _ANYWHERE, "BBCS_HTTP_PORT": _LISTENING[service], "BBCS_INSTANCE": "1"}


def inside(plan: Plan, variables: Mapping[str, str]) -> dict[str, str]:
    """The variables with the addresses of servers and services as containers reach each other; what is public stays."""
    return {
        name: value if name.endswith("_PUBLIC_URL") else _from_inside(plan, value) for name, value in variables.items()
    }


def _from_inside(plan: Plan, value: str) -> str:
    for name, inside in _INSIDE.items():
        value = value.replace(f"127.0.0.1:{getattr(plan.ports, name)}", inside)
    for service, url in plan.first_addresses():
        value = value.replace(url, f"http://{service}:{_LISTENING[service]}")
    return value


def _compose(home: Path, plan: Plan, *arguments: str) -> None:
    """Run `docker compose` to its end. Raises Trouble with its last words."""
    log = home / "log" / "compose.log"
    with log.open("wb") as out:
        command = ["docker", "compose", "--file", str(_COMPOSE), *arguments]
        done = subprocess.run(command, env=_told(home, plan), stdout=out, stderr=out, check=False)
    if done.returncode:
        raise Trouble(f"docker compose {arguments[0]} failed; {log} ends with: {last_words(log)}")


def _told(home: Path, plan: Plan) -> Mapping[str, str]:
    project = f"bbcs-{hashlib.sha256(os.fsencode(home)).hexdigest()[:8]}"
    moved = {ports.variable(name): str(port) for name, port in plan.ports.named()}
    return environment.plain() | moved | {"STACK_STATE": str(home), "COMPOSE_PROJECT_NAME": project}


def _answers(server: Server, then: partial[None] | None = None) -> None:
    if not starting.until(server.answers, _PATIENCE_S):
        raise Trouble(
            f"{server.name} did not come up on port {server.port}: docker compose logs {server.name} says why."
        )
    if then:
        then()


def _becomes_ready(name: str, url: str) -> None:
    if not starting.until(partial(ready, url), _PATIENCE_S):
        raise Trouble(f"{name} did not become ready at {url}/readyz: docker ps and docker logs say why.")
