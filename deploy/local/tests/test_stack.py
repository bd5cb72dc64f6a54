"""The whole stack as people start it: what must not hurt them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import httpx2
import pytest

from stack import environment, marks, processes, samples, starting, up
from stack.acting import table
from stack.ports import Ports, variable
from stack.supervision import Supervisor
from stack.testing.native import free_ports

PORTS = [variable(one.name) for one in fields(Ports)]
QUICK_S = 15.0
WHOLE = {
    "complaint.registered.v1",
    "ticket.dispatched.v1",
    "ticket.accepted.v1",
    "contact.attempted.v1",
    "ticket.finished.v1",
    "revisit.answered.v1",
    "finding.flagged.v1",
    "finding.confirmed.v1",
    "supervision.opened.v1",
    "rectification.reported.v1",
    "supervision.checked.v1",
    "improvement.proposed.v1",
    "improvement.completed.v1",
}
"""What the sample that goes the whole way has lived, at least."""


@dataclass(frozen=True)
class Stack:
    """A stack in a folder and on ports of its own."""

    home: Path
    moved: dict[str, str]

    def say(self, *command: str) -> "subprocess.CompletedProcess[str]":
        env = environment.plain() | self.moved | {"STACK_STATE": str(self.home)}
        return subprocess.run(
            [sys.executable, "-m", "stack", *command], env=env, capture_output=True, text=True, check=False, timeout=170
        )

    def bbcs(self, *command: str) -> dict[str, Any]:
        program = str(Path(sys.executable).with_name("bbcs"))
        found = subprocess.check_output(
            [program, *command, "--json"], cwd=self.home, env=environment.plain(), text=True, timeout=60
        )
        return dict(json.loads(found))

    def trace(self, complaint: str) -> list[dict[str, Any]]:
        return list(self.bbcs("trace", complaint)["facts"])

    def pid(self, program: str) -> int:
        return (Supervisor(self.home).states() or {})[program].pid

    def comes_back(self, program: str, other_than: int) -> bool:
        def back() -> bool:
            state = (Supervisor(self.home).states() or {}).get(program)
            return state is not None and state.word == "RUNNING" and state.pid != other_than

        return starting.until(back, 60)

    def ready(self) -> bool:
        def all_ready() -> bool:
            found = up.look(self.home)
            return bool(found) and all(one.word == up.READY for one in found)

        return starting.until(all_ready, 60)

    def left(self) -> list[int]:
        return processes.find(marks.all_of(self.home))


def make(home: Path, instances: str = "1") -> Stack:
    many = {"STACK_INTAKE_INSTANCES": instances, "STACK_DISPATCH_INSTANCES": instances}
    return Stack(home, dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True)) | many)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    deep = tmp_path_factory.mktemp("deep") / ("a-checkout-so-deep-that-a-socket-cannot-be-in-it" * 2)
    one = make(deep / "with space" / ".stack")
    try:
        started = one.say("up")
        assert started.returncode == 0, started.stderr
        yield one
    finally:
        one.say("clean")
        assert one.left() == []
        assert not one.home.exists()


def test_credentials_are_readable_by_their_owner_alone(stack: Stack) -> None:
    private = [stack.home / "env", stack.home / "secrets.json", *(stack.home / "services").iterdir()]

    assert {one.stat().st_mode & 0o777 for one in private} == {0o600}


def test_what_is_up_is_left_alone_and_said_quickly(stack: Stack) -> None:
    before = stack.left()
    since = time.monotonic()

    said = stack.say("up")

    assert said.stdout.strip() == "The stack is up already."
    assert time.monotonic() - since < QUICK_S
    assert stack.left() == before


def test_every_program_that_is_killed_comes_back(stack: Stack) -> None:
    before = {
        name: stack.pid(name)
        for name in (
            "kafka",
            "postgres",
            "redis",
            "intake",
            "dispatch",
            "sla-monitor",
            "revisit",
            "portal-bridge",
            "city",
        )
    }

    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    assert all(stack.comes_back(name, pid) for name, pid in before.items())
    assert stack.ready()


def test_a_killed_supervisor_leaves_nothing_behind_that_the_next_start_does_not_end(stack: Stack) -> None:
    (supervisor,) = processes.find([marks.supervisor(stack.home)])
    orphans = set(stack.left()) - {supervisor}
    os.kill(supervisor, signal.SIGKILL)
    (stack.home / "supervisord.pid").write_text(str(os.getpid()))  # a number that a stranger has by now

    assert stack.say("status").returncode == 1
    said = stack.say("up")

    assert said.returncode == 0, said.stderr
    assert orphans
    assert orphans.isdisjoint(stack.left())
    assert stack.ready()


def test_another_stack_beside_it_disturbs_nothing(stack: Stack, tmp_path: Path) -> None:
    before, other = stack.left(), make(tmp_path / ".stack", instances="0")
    try:
        started = other.say("up")
        assert started.returncode == 0, started.stderr
    finally:
        other.say("clean")

    assert other.left() == []
    assert stack.left() == before
    assert stack.ready()


def test_a_taken_port_is_one_sentence_that_says_what_to_do(tmp_path: Path) -> None:
    one = make(tmp_path / ".stack")
    with socket.create_server(("127.0.0.1", int(one.moved["STACK_POSTGRES_PORT"]))):
        said = one.say("up")

    assert said.returncode == 1
    assert said.stderr.count("\n") == 1
    assert f"Port {one.moved['STACK_POSTGRES_PORT']} is taken" in said.stderr
    assert "STACK_POSTGRES_PORT=" in said.stderr
    assert one.left() == []


def test_samples_live_and_the_last_line_names_one_that_goes_the_whole_way(stack: Stack) -> None:
    said = stack.say("run")

    assert said.returncode == 0, said.stdout + said.stderr
    *before, last = said.stdout.splitlines()
    counted = next(at for at, line in enumerate(before) if " complaints: " in line and "settled" not in line)
    assert [line.split()[0] for line in before[counted + 1 :]][-2:] == ["Kafka", "credentials"]
    whole = last.removeprefix("whole loop: bbcs trace ")
    lived = Counter(fact["type"] for fact in stack.trace(whole))
    assert lived.keys() >= WHOLE
    assert stack.say("run").stdout.splitlines()[-1] == last
    assert Counter(fact["type"] for fact in stack.trace(whole))["finding.flagged.v1"] == lived["finding.flagged.v1"]


def test_the_sample_city_has_what_it_was_told_and_both_ledgers_agree(stack: Stack) -> None:
    url = environment.read(stack.home)[environment.CITY_URL]

    def told() -> list[str]:
        return [json.loads(one["body"])["kind"] for one in httpx2.get(f"{url}/control/replies").json()]

    assert starting.until(lambda: len(told()) == 2, 30)
    assert told() == ["accepted", "result"]
    assert stack.bbcs("city", "compare") == {"entries": 3, "differences": []}
    assert {one.stat().st_mode & 0o777 for one in stack.home.glob("city.sqlite*")} == {0o600}


def test_what_is_given_as_input_is_nobodys_to_play_with(stack: Stack, tmp_path: Path) -> None:
    own = json.loads(next(line for line in samples.SAMPLES.read_text("utf-8").splitlines() if table.WHOLE in line))
    own["body"] |= {"source_id": f"{table.WHOLE}-mine", "reporter": {"kind": "citizen", "name": "群众乙"}}
    file = tmp_path / "mine.jsonl"
    file.write_text(json.dumps(own) + "\n")

    said = stack.say("run", "--input", str(file))

    assert said.returncode == 0, said.stdout + said.stderr
    assert "1 complaints: 1 dispatched" in said.stdout
    assert "act …" not in said.stdout
    assert "whole loop" not in said.stdout


def test_down_without_anything_running_says_so(tmp_path: Path) -> None:
    assert make(tmp_path / ".stack").say("down").stdout.strip() == "Nothing was running."
