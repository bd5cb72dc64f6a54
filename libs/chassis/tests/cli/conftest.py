"""The operator's command on real servers."""

import json
import os
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from chassis.cli import main
from chassis.cli.provision import provision
from chassis.cli.wanted import variable
from contracts import topics
from stack.testing.servers import Servers

UNITS = ("alpha", "alpha-two", "beta")


@dataclass(frozen=True)
class Answer:
    """How a run of the command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out.splitlines()[-1])


@dataclass(frozen=True)
class Command:
    """The command as an operator calls it, with an environment of its own."""

    environment: dict[str, str]
    folder: Path

    def __call__(self, *arguments: str) -> Answer:
        out, err = StringIO(), StringIO()
        with chdir(self.folder), patch.dict(os.environ, self.environment), redirect_stdout(out), redirect_stderr(err):
            code = self._run(arguments)
        return Answer(code, out.getvalue(), err.getvalue())

    @staticmethod
    def _run(arguments: tuple[str, ...]) -> int:
        with patch.object(sys, "argv", ["bbcs", *arguments]), pytest.raises(SystemExit) as end:
            main()
        return int(end.value.code or 0)

    def as_a_process(self, *arguments: str) -> Answer:
        program = str(Path(sys.executable).with_name("bbcs"))
        done = subprocess.run(
            [program, *arguments],
            env={"PATH": os.environ["PATH"], **self.environment},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def environment(servers: Servers) -> dict[str, str]:
    """Everybody's passwords, as `.stack/env` says them."""
    passwords = {variable(name): f"password of {name}" for name in topics.principals(UNITS)}
    return {
        "BBCS_KAFKA_SERVERS": servers.kafka_servers,
        "BBCS_KAFKA_SECURITY": servers.kafka_security,
        **passwords,
        variable("admin"): servers.kafka_password,
    }


@pytest.fixture(scope="session")
def provisioned(environment: dict[str, str]) -> dict[str, str]:
    """The environment of a Kafka that is as declared."""
    provision(UNITS, environment)
    return environment


@pytest.fixture
def bbcs(provisioned: dict[str, str], tmp_path: Path) -> Command:
    return Command(dict(provisioned), tmp_path)
