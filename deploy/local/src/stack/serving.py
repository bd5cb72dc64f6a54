"""From a supervisor that was just started to services that are ready: servers, tables beside topics, services."""

import http.client
import subprocess
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from contracts.topics import SERVICES
from stack import checkout, databases, environment, starting
from stack.plan import Plan
from stack.program import Server
from stack.supervision import Supervisor
from stack.trouble import Trouble, last_words

_COMMAND_PATIENCE_S = 180
_SERVICE_PATIENCE_S = 120.0
_ASK_S = 5
_SPAWNS = 3


def say(sentence: str) -> None:
    """Tell people how it goes."""
    print(sentence, flush=True)


def serve(plan: Plan, supervisor: Supervisor) -> None:
    """Servers answering, tables and topics made, services started and ready. Raises Trouble."""
    kafka, postgres, redis = plan.servers
    say("Starting Kafka, PostgreSQL and Valkey …")
    _beside(
        lambda: _answers(kafka, supervisor, then=partial(_topics, plan)),
        lambda: _answers(postgres, supervisor, then=partial(_tables, plan)),
        lambda: _answers(redis, supervisor),
    )
    say("Starting the services …")
    for program in plan.services():
        supervisor.start(program.name)
    _beside(*(partial(_becomes_ready, supervisor, name, url) for name, url in plan.addresses()))


def ready(url: str) -> bool:
    """Whether the service says that it is ready."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=_ASK_S)  # a fifth of httpx2's effort
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def bbcs(home: Path, variables: Mapping[str, str], *arguments: str) -> None:
    """Run the operator's command to its end. Raises Trouble with its last words."""
    _run(home, variables, f"bbcs-{arguments[0]}", (str(checkout.bin_folder() / "bbcs"), *arguments))


def _beside(*steps: Callable[[], object]) -> None:
    with ThreadPoolExecutor(len(steps)) as threads:
        for done in [threads.submit(step) for step in steps]:
            done.result()


def _answers(server: Server, supervisor: Supervisor, then: Callable[[], None] = lambda: None) -> None:
    starting.until_it_answers(server, supervisor.log(server.name), _gives_up(supervisor, server.name))
    then()


def _becomes_ready(supervisor: Supervisor, name: str, url: str) -> None:
    if not starting.until(partial(ready, url), _SERVICE_PATIENCE_S, _gives_up(supervisor, name)):
        log = supervisor.log(name)
        raise Trouble(f"{name} did not become ready at {url}/readyz; {log} ends with: {last_words(log)}")


def _gives_up(supervisor: Supervisor, name: str) -> Callable[[], bool]:
    """Tells when the program has been started several times and never stayed, or its supervisor is gone."""
    spawns: set[int] = set()

    def gave_up() -> bool:
        state = (supervisor.states() or {}).get(name)
        if state and state.word == "BACKOFF":
            spawns.add(state.started)
        return len(spawns) >= _SPAWNS or supervisor.ended()

    return gave_up


def _tables(plan: Plan) -> None:
    superuser = plan.variables["BBCS_ADMIN_DATABASE_URL"].replace("+asyncpg", "")
    for service in SERVICES:
        databases.make(superuser, service, plan.secrets[f"{service} database"])
    _beside(*(partial(_migrate, plan, service) for service in SERVICES))


def _migrate(plan: Plan, service: str) -> None:
    _run(plan.home, plan.variables, f"migrate-{service}", plan.command(service, "--migrate"))


def _topics(plan: Plan) -> None:
    bbcs(plan.home, plan.variables, "topics", "apply")


def _run(home: Path, variables: Mapping[str, str], name: str, command: Iterable[str]) -> None:
    log = home / "log" / f"{name}.log"
    with log.open("wb") as out:
        done = subprocess.run(
            list(command),
            cwd=checkout.ROOT,
            env=environment.plain() | dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            timeout=_COMMAND_PATIENCE_S,
            check=False,
        )
    if done.returncode:
        raise Trouble(f"{name} failed; {log} ends with: {last_words(log)}")
