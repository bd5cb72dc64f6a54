"""Brings the stack up, whatever state it was left in, and down again."""

import os
import subprocess
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx2

from contracts.topics import SERVICES
from stack import checkout, clocks, databases, environment, starting, supervision, users
from stack.locks import locked
from stack.plan import Plan
from stack.ports import free, variable
from stack.postgres import data_folder
from stack.program import Server
from stack.supervision import Supervisor
from stack.trouble import Trouble, last_words

_NEEDED_BYTES = 1024**3
_COMMAND_PATIENCE_S = 180
_SERVICE_PATIENCE_S = 90.0
_SPAWNS = 3
_RUNNING = "RUNNING"


def say(sentence: str) -> None:
    """Tell people how it goes."""
    print(sentence, flush=True)


def bring_up(home: Path, speed: float | None) -> None:
    """Start what does not run, until every service says that it is ready. Raises Trouble, with nothing left running."""
    make_home(home)
    with locked(home / "lock", lambda: say("Another command is at work on this stack; waiting for it.")):
        plan, supervisor = Plan.of(home, speed), Supervisor(home)
        if _stands(plan, supervisor):
            say("The stack is up already.")
            return
        try:
            _start(plan, supervisor)
        except BaseException:
            supervision.end(home)
            raise


def bring_down(home: Path) -> list[int]:
    """End everything that runs for this state folder, and nothing else; gives the pids that were ended."""
    if not home.exists():
        return []
    with locked(home / "lock", lambda: say("Another command is at work on this stack; waiting for it.")):
        ended = supervision.end(home)
        _slow(home)
        return ended


def make_home(home: Path) -> None:
    """Make the state folder. PostgreSQL's user must be able to pass through it where we are root."""
    home.mkdir(mode=0o711, parents=True, exist_ok=True)
    if os.statvfs(home).f_bavail * os.statvfs(home).f_frsize < _NEEDED_BYTES:
        raise Trouble(f"The disk of {home} is nearly full: the stack needs 1 GB, make room and start again.")


def _stands(plan: Plan, supervisor: Supervisor) -> bool:
    """Whether all of the plan runs and is ready."""
    states = supervisor.states()
    if not states or any(state.word != _RUNNING for state in states.values()):
        return False
    written = plan.variables == environment.read(plan.home)
    return written and supervisor.configured(plan.programs()) and all(ready(url) for _, url in plan.addresses())


def _start(plan: Plan, supervisor: Supervisor) -> None:
    programs = plan.programs()
    _tell_where_postgres_is(plan.home)
    if supervisor.states() is None or not supervisor.configured(programs):
        _clear(plan)
        environment.write(plan.home, plan.variables)
        supervisor.launch(programs)
    elif plan.variables != environment.read(plan.home):
        supervisor.stop(program.name for program in plan.services())
        environment.write(plan.home, plan.variables)
    plan.ports.keep(plan.home)
    _serve(plan, supervisor)


def _clear(plan: Plan) -> None:
    """End what an earlier stack left behind, and see that nobody else has our ports."""
    if left := supervision.end(plan.home):
        say(f"Ended what an earlier start had left running ({', '.join(map(str, left))}).")
    taken = [(name, port) for name, port in plan.ports.named() if not free(port)]
    if taken:
        name, port = taken[0]
        raise Trouble(
            f"Port {port} is taken: end what listens there, or move {name} with {variable(name)}={port + 100}."
        )


def _serve(plan: Plan, supervisor: Supervisor) -> None:
    """Servers, then tables beside topics, then services."""
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


def _beside(*steps: Callable[[], object]) -> None:
    with ThreadPoolExecutor(len(steps)) as threads:
        for done in [threads.submit(step) for step in steps]:
            done.result()


def _answers(server: Server, supervisor: Supervisor, then: Callable[[], None] = lambda: None) -> None:
    starting.until_it_answers(server, supervisor.log(server.name), _gives_up(supervisor, server.name))
    then()


def _becomes_ready(supervisor: Supervisor, name: str, url: str) -> None:
    if not starting.until(partial(ready, url), _gives_up(supervisor, name), _SERVICE_PATIENCE_S):
        log = supervisor.log(name)
        raise Trouble(f"{name} did not become ready at {url}/readyz; {log} ends with: {last_words(log)}")


def _gives_up(supervisor: Supervisor, name: str) -> Callable[[], bool]:
    """Tells when the program has been started several times and never stayed."""
    spawns: set[int] = set()

    def gave_up() -> bool:
        state = (supervisor.states() or {}).get(name)
        if state and state.word == "BACKOFF":
            spawns.add(state.started)
        return len(spawns) >= _SPAWNS

    return gave_up


def ready(url: str) -> bool:
    """Whether the service says that it is ready."""
    try:
        return httpx2.get(f"{url}/readyz", timeout=5).status_code == httpx2.codes.OK
    except httpx2.TransportError:
        return False


def _tables(plan: Plan) -> None:
    superuser = plan.variables["BBCS_ADMIN_DATABASE_URL"].replace("+asyncpg", "")
    for service in SERVICES:
        databases.make(superuser, service, plan.secrets[f"{service} database"])
    _beside(*(partial(_run, plan, f"migrate-{service}", plan.command(service, "--migrate")) for service in SERVICES))


def _topics(plan: Plan) -> None:
    bbcs = str(checkout.bin_folder() / "bbcs")
    _run(plan, "topics", (bbcs, "topics", "apply"))


def _run(plan: Plan, name: str, command: Iterable[str]) -> None:
    """Run a command to its end, with everything the stack knows. Raises Trouble with its last words."""
    log = plan.home / "log" / f"{name}.log"
    with log.open("wb") as out:
        done = subprocess.run(
            list(command),
            cwd=checkout.ROOT,
            env=environment.plain() | dict(plan.variables),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            timeout=_COMMAND_PATIENCE_S,
            check=False,
        )
    if done.returncode:
        raise Trouble(f"{name} failed; {log} ends with: {last_words(log)}")


def _tell_where_postgres_is(home: Path) -> None:
    data = data_folder(home / "postgres")
    if not data.is_relative_to(home):
        say(f"PostgreSQL's data is in {data.parent}: its user, {users.unprivileged()}, cannot reach {home}.")


def _slow(home: Path) -> None:
    found = environment.read(home)
    if clock := clocks.slowed(found.get("BBCS_CLOCK")):
        environment.write(home, found | {"BBCS_CLOCK": clock})
