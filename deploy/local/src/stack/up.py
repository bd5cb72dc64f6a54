"""Brings the stack up, whatever state it was left in, and down again."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stack import clocks, environment, supervision, users
from stack.locks import locked
from stack.plan import Plan
from stack.ports import free, variable
from stack.postgres import data_folder
from stack.serving import ready, say, serve
from stack.supervision import Supervisor
from stack.trouble import Trouble

READY = "ready"
_NEEDED_BYTES = 1024**3
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
    _make(home)
    with _alone(home):
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
    with _alone(home):
        ended = supervision.end(home)
        _slow(home)
        return ended


def clean(home: Path) -> None:
    """End everything that runs for this state folder, and delete the folder."""
    bring_down(home)
    for folder in (users.stand_in(home / "postgres"), home):
        if folder.exists():
            shutil.rmtree(folder)


def look(home: Path) -> list[Look]:
    """How each program is; none when nothing runs."""
    addresses = dict(Plan.of(home, None).addresses()) if home.exists() else {}
    states = (Supervisor(home).states() if home.exists() else None) or {}
    return [
        Look(name, READY if _fine(state.word, addresses.get(name)) else state.word, state.pid, addresses.get(name, ""))
        for name, state in states.items()
    ]


def _fine(word: str, address: str | None) -> bool:
    return word == _RUNNING and (address is None or ready(address))


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    with locked(home / "lock", lambda: say("Another command is at work on this stack; waiting for it.")):
        yield


def _make(home: Path) -> None:
    """Make the state folder. PostgreSQL's user must be able to pass through it where we are root."""
    home.mkdir(mode=0o711, parents=True, exist_ok=True)
    disk = os.statvfs(home)
    if disk.f_bavail * disk.f_frsize < _NEEDED_BYTES:
        raise Trouble(f"The disk of {home} is nearly full: the stack needs 1 GB, make room and start again.")


def _stands(plan: Plan, supervisor: Supervisor) -> bool:
    """Whether all of the plan runs and is ready."""
    states = supervisor.states()
    if not states or any(state.word != _RUNNING for state in states.values()):
        return False
    as_written = plan.variables == environment.read(plan.home) and supervisor.configured(plan.programs())
    return as_written and all(ready(url) for _, url in plan.addresses())


def _start(plan: Plan, supervisor: Supervisor) -> None:
    if supervisor.states() is None:
        _clear(plan)
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
    serve(plan, supervisor)


def _clear(plan: Plan) -> None:
    """End what an earlier stack left behind, and see that nobody else has our ports."""
    if left := supervision.end(plan.home):
        say(f"Ended what an earlier start had left running ({', '.join(map(str, left))}).")
    taken = [(name, port) for name, port in plan.ports_needed() if not free(port)]
    if taken:
        name, port = taken[0]
        move = f"move {name} with {variable(name)}={port + 100}"
        raise Trouble(f"Port {port} is taken: end what listens there, or {move}.")


def _tell_where_postgres_is(home: Path) -> None:
    data = data_folder(home / "postgres")
    if not data.is_relative_to(home):
        say(f"PostgreSQL's data is in {data.parent}: its user, {users.unprivileged()}, cannot reach {home}.")


def _slow(home: Path) -> None:
    found = environment.read(home)
    if clock := clocks.slowed(found.get("BBCS_CLOCK")):
        environment.write(home, found | {"BBCS_CLOCK": clock})
