"""Finds and ends exactly the processes of one state folder, by what stands in their command lines.

Pid files are not trusted: after a crash a number may belong to a stranger.
"""

import os
import select
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import monotonic

from stack.program import Mark

_PROC = Path("/proc")
_AFTER_KILL_S = 10.0


def find(marks: Iterable[Mark]) -> list[int]:
    """The pids of the processes that carry one of the marks."""
    wanted = tuple(marks)
    return [pid for pid in _pids() if _carries(pid, wanted)]


def end(marks: Iterable[Mark], patience_s: float) -> list[int]:
    """Ask the marked processes to end, and kill those that have not after so many seconds; gives whom it ended.

    Without patience they are killed at once.
    """
    held = dict(_held(tuple(marks)))
    try:
        left = _told(held, signal.SIGTERM, patience_s) if patience_s else held
        _told(left, signal.SIGKILL, _AFTER_KILL_S)
    finally:
        for descriptor in held.values():
            os.close(descriptor)
    return list(held)


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())


def _carries(pid: int, marks: tuple[Mark, ...]) -> bool:
    try:
        line = (_PROC / str(pid) / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False
    return any(b"\0" + b"\0".join(map(os.fsencode, mark)) + b"\0" in b"\0" + line for mark in marks)


def _held(marks: tuple[Mark, ...]) -> Iterator[tuple[int, int]]:
    """Marked processes, each with a descriptor that stays its own when the number is given to another."""
    for pid in find(marks):
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        if _carries(pid, marks):
            yield pid, descriptor
        else:
            os.close(descriptor)


def _told(held: dict[int, int], what: signal.Signals, seconds: float) -> dict[int, int]:
    """Signal them; gives those that are still there after so many seconds."""
    for descriptor in held.values():
        try:
            signal.pidfd_send_signal(descriptor, what)
        except ProcessLookupError:
            continue
    until = monotonic() + seconds
    return {pid: descriptor for pid, descriptor in held.items() if not _ended(descriptor, until)}


def _ended(descriptor: int, until: float) -> bool:
    return bool(select.select([descriptor], [], [], max(0.0, until - monotonic()))[0])
