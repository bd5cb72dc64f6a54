"""Brings the stack up, whatever state it was left in, and down again."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from stack import clocks, docker, environment, ports, supervision, users
from stack.plan import Plan
from stack.postgres import data_folder
from stack.serving import ready, say, serve
from stack.state import alone, make_state
from stack.supervision import State, Supervisor
from stack.trouble import Trouble

READY = "ready"
_RUNNING = "RUNNING"


@dataclass(frozen=True, slots=True)
class Look:
    """How a program is: supervisord's word for it, or `ready`."""

    name: str
    word: str
    pid: int
    address: str


def bring_up(home: Path, speed: float | None) -> None:
    """Start what does not run, until every service says that it is ready. Raises Trouble, with nothing left running."""
    make_state(home)
    if docker.runs(home):
        raise Trouble("The stack runs in Docker: make stop ends it, then start again; or say STACK=docker.")
    with alone(home):
        plan, supervisor = Plan.of(home, speed), Supervisor(home)
        if _stands(plan, supervisor):
            say("The stack is up already.")
            return
        try:
            _start(plan, supervisor)
        except BaseException:
            supervision.end(home)
            raise


def bring_down(home: Path) -> bool:
    """End everything that runs for this state folder, and nothing else; whether there was anything."""
    if not home.exists():
        return False
    with alone(home):
        in_docker = docker.runs(home)
        if in_docker:
            docker.bring_down(home)
        ended = supervision.end(home)
        _slow(home)
        return in_docker or bool(ended)


def clean(home: Path) -> None:
    """End everything that runs for this state folder, and delete the folder and its containers' data."""
    bring_down(home)
    if (home / "docker").exists():
        docker.bring_down(home, with_data=True)
    for folder in (users.stand_in(home / "postgres"), home):
        if folder.exists():
            shutil.rmtree(folder)


def look(home: Path) -> list[Look]:
    """How each program is; none when nothing runs."""
    if not home.exists():
        return []
    if docker.runs(home):
        return [
            Look(name, READY if ready(url) else "up", 0, url) for name, url in Plan.of(home, None).first_addresses()
        ]
    found, states = dict(Plan.of(home, None).addresses()), Supervisor(home).states() or {}
    return [_seen(name, state, found.get(name, "")) for name, state in states.items()]


def _seen(name: str, state: State, address: str) -> Look:
    fine = state.word == _RUNNING and (not address or ready(address))
    return Look(name, READY if fine else state.word, state.pid, address)


def _stands(plan: Plan, supervisor: Supervisor) -> bool:
    """Whether all of the plan runs and is ready."""
    states = supervisor.states()
    if not states or any(state.word != _RUNNING for state in states.values()):
        return False
    as_written = plan.variables == environment.read(plan.home) and supervisor.configured(plan.programs())
    return as_written and all(ready(url) for _, url in plan.addresses())


def _start(plan: Plan, supervisor: Supervisor) -> None:
    if supervisor.states() is None:
        _clear(plan, "Ended what an earlier start had left running")
    programs = plan.programs()
    _tell_where_postgres_is(plan.home)
    if not supervisor.configured(programs):
        _clear(plan, "Starting anew, since ports or numbers of instances are others")
    if supervisor.states() is None:
        environment.write(plan.home, plan.variables)
        supervisor.launch(programs)
    elif plan.variables != environment.read(plan.home):
        supervisor.stop(program.name for program in plan.speaking())
        environment.write(plan.home, plan.variables)
    plan.ports.keep(plan.home)
    serve(plan, supervisor)


def _clear(plan: Plan, why: str) -> None:
    """End what runs of this state folder, and see that nobody else has our ports."""
    if ended := supervision.end(plan.home):
        say(f"{why} ({', '.join(map(str, ended))}).")
    ports.make_sure_of(plan.ports_needed())


def _tell_where_postgres_is(home: Path) -> None:
    data = data_folder(home / "postgres")
    if not data.is_relative_to(home):
        say(f"PostgreSQL's data is in {data.parent}: its user, {users.unprivileged()}, cannot reach {home}.")


def _slow(home: Path) -> None:
    found = environment.read(home)
    if clock := clocks.slowed(found.get("BBCS_CLOCK")):
        environment.write(home, found | {"BBCS_CLOCK": clock})
