"""The fixture `servers` itself."""

import signal
import subprocess
import sys
from pathlib import Path

import asyncpg

from stack import marks, processes, starting
from stack.testing import Servers

KILLED = """
import os, pathlib
from stack.testing import native
with native.servers() as servers:
    print(servers.control.home, flush=True)
    os.kill(os.getpid(), 9)
"""


async def test_a_database_belongs_to_its_role_and_no_other_role_may_enter(servers: Servers) -> None:
    url = servers.make_database("guest").replace("+asyncpg", "")
    own = await asyncpg.connect(url)
    other = servers.make_database("host").replace("+asyncpg", "")

    assert await own.fetchval("SELECT current_setting('lc_ctype')") == "C.UTF-8"
    assert await own.fetchval("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()")
    await own.close()
    entered = other.rpartition("/")[0] + "/" + url.rpartition("/")[2]
    try:
        await asyncpg.connect(entered)
    except asyncpg.InsufficientPrivilegeError as refused:
        assert "CONNECT" in str(refused) or "permission denied" in str(refused)
    else:
        raise AssertionError("a role entered another's database")


def test_servers_end_with_a_session_that_was_killed() -> None:
    session = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True, check=False, timeout=120)
    home = Path(session.stdout.strip())

    assert session.returncode == -signal.SIGKILL
    assert starting.until(lambda: not processes.find(marks.all_of(home)) and not home.exists(), 30)
