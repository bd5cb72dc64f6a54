"""One supervisord per state folder starts the programs, starts again what dies, and turns the logs over."""

import hashlib
import http.client
import os
import shlex
import subprocess
import sys
import tempfile
import xmlrpc.client
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stack import environment, files, marks, processes, talk
from stack.program import Program

_LONGEST_SOCKET = 100  # of the 107 bytes that the system allows, some go to supervisord's own suffix
_STOP_S = 30
_SERVERS = {"kafka", "postgres", "redis"}
_UNREACHABLE = (OSError, http.client.HTTPException, xmlrpc.client.Error)


@dataclass(frozen=True, slots=True)
class State:
    """How a program is: supervisord's word for it, its pid, and when it was last started (seconds)."""

    word: str
    pid: int
    started: int


class Supervisor:
    """The supervisord of a state folder, running or not."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._conf = home / "supervisord.conf"

    @property
    def _calls(self) -> Any:
        return talk.supervisor(_socket(self._home))

    def states(self) -> dict[str, State] | None:
        """How each program is; None when there is no supervisord that answers."""
        try:
            found = self._calls.getAllProcessInfo()
        except _UNREACHABLE:
            return None
        return {one["name"]: State(one["statename"], one["pid"], one["start"]) for one in found}

    def ended(self) -> bool:
        """Whether it does not run."""
        return not processes.find((marks.supervisor(self._home),))

    def configured(self, programs: Iterable[Program]) -> bool:
        """Whether it was last started for exactly these programs."""
        return self._conf.exists() and self._conf.read_text("utf-8") == self._text(programs)

    def launch(self, programs: Iterable[Program]) -> None:
        """Start it, and with it the servers; services wait to be started."""
        (self._home / "log").mkdir(exist_ok=True)
        files.write(self._conf, self._text(programs))
        with (self._home / "log" / "supervisord.out").open("ab") as out:
            subprocess.Popen(
                [sys.executable, "-m", *marks.supervisor(self._home)],
                cwd=self._home,
                env=environment.plain(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def start(self, name: str) -> None:
        """Start a program that does not run."""
        try:
            self._calls.startProcess(name, False)
        except xmlrpc.client.Fault:
            return  # it runs, or is being started already

    def stop(self, names: Iterable[str]) -> None:
        """Stop programs, each until it has ended."""
        for name in names:
            try:
                self._calls.stopProcess(name)
            except xmlrpc.client.Fault:
                continue  # it does not run

    def log(self, name: str) -> Path:
        """Where a program's output goes."""
        return self._home / "log" / f"{name}.log"

    def _text(self, programs: Iterable[Program]) -> str:
        return "\n".join([_HEAD.format(**self._head()), *map(self._program, programs)])

    def _head(self) -> dict[str, str]:
        return {
            "log": _escaped(str(self._home / "log" / "supervisord.log")),
            "pidfile": _escaped(str(self._home / "supervisord.pid")),
            "folder": _escaped(str(self._home)),
            "socket": _escaped(str(_socket(self._home))),
            "user": "user=root" if os.geteuid() == 0 else "",
        }

    def _program(self, program: Program) -> str:
        return _PROGRAM.format(
            name=program.name,
            command=_escaped(shlex.join(program.command)),
            folder=_escaped(str(program.folder)),
            user=f"user={program.user}" if program.user else "",
            signal=program.stop_signal,
            log=_escaped(str(self.log(program.name))),
            environment=",".join(f'{name}="{_escaped(value)}"' for name, value in program.environment.items()),
            priority=100 if program.name in _SERVERS else 200,
            autostart="true" if program.name in _SERVERS else "false",
            stop_s=_STOP_S,
        )


def end(home: Path) -> list[int]:
    """End the supervisor and then whatever is left of this state folder; gives the pids that it ended."""
    supervisors = processes.end((marks.supervisor(home),), patience_s=3 * _STOP_S)
    return supervisors + processes.end(marks.all_of(home), patience_s=_STOP_S)


def _socket(home: Path) -> Path:
    """The socket to talk to it: in the state folder, or in the system's where that path would be too long."""
    near = home / "supervisord.sock"
    if len(os.fsencode(near)) <= _LONGEST_SOCKET:
        return near
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"bbcs-{os.geteuid()}-{name}.sock"


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


_HEAD = """\
[unix_http_server]
file={socket}
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://{socket}

[supervisord]
{user}
logfile={log}
logfile_maxbytes=10MB
logfile_backups=2
pidfile={pidfile}
childlogdir={folder}
directory={folder}
"""

_PROGRAM = """\
[program:{name}]
command={command}
directory={folder}
{user}
environment={environment}
priority={priority}
autostart={autostart}
autorestart=true
startsecs=1
startretries=1000000
stopsignal={signal}
stopwaitsecs={stop_s}
redirect_stderr=true
stdout_logfile={log}
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=3
"""
