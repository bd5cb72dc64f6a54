"""Ends the servers of a test session when the session is over, also when it was killed: its pipe closes then."""

import shutil
import sys
from pathlib import Path

from stack import processes, users
from stack.marks import servers_of


def main() -> None:
    """Wait for the end of the input, end the servers of the folder, and remove it."""
    home = Path(sys.argv[1])
    sys.stdin.read()
    processes.end(servers_of(home), patience_s=0)
    for folder in (home, users.stand_in(home / "postgres")):
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
