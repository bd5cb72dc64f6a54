"""Ends the servers of a test session when the session is over, also when it was killed: its pipe closes then."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stack import processes, users
from stack.marks import servers_of


@contextmanager
def keeping(what: str, *names: str) -> Iterator[None]:
    """Have the native servers of a `folder`, or `containers` by their names, ended when it is left or we die."""
    command = [sys.executable, "-m", "stack.testing.keeper", what, *names]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True):
        yield


def main() -> None:
    """Wait for the end of the input, then end them."""
    what, *names = sys.argv[1:]
    sys.stdin.read()
    if what == "folder":
        _end_folder(Path(names[0]))
    else:
        subprocess.run(["docker", "rm", "--force", "--volumes", *names], capture_output=True, check=False)


def _end_folder(home: Path) -> None:
    processes.end(servers_of(home), patience_s=0)
    for folder in (home, users.stand_in(home / "postgres")):
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
