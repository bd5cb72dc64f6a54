"""Programs of others, from examples/: a copy with what it depends on, and how it runs without any of our settings."""

import asyncio
import os
import shutil
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from pathlib import Path

Command = tuple[str, ...]

MADE_S = 150
"""How long packages may take to come when nothing is in any cache."""

UV = str(Path(sys.executable).with_name("uv"))
PYTHON: tuple[Command, ...] = (
    (UV, "venv", "-q", "--python", sys.executable, ".venv"),
    (UV, "pip", "install", "-q", "--python", ".venv/bin/python", "-r", "requirements.txt"),
)
"""What makes an example in Python ready."""


async def made(folder: Path, make: tuple[Command, ...], home: Path) -> Path:
    """A copy of the example with what it depends on."""
    left = shutil.ignore_patterns("node_modules", "target", ".venv", "__pycache__")
    shutil.copytree(folder, home, ignore=left)
    for command in make:
        await run(command, home, {}, MADE_S)
    return home


async def started(command: Command, home: Path, settings: Mapping[str, str]) -> Process:
    """The running program; what it says stands in said.txt in its home, the last life's words first."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("BBCS_", "COVERAGE_"))}
    with said_by(home).open("ab") as out:
        return await asyncio.create_subprocess_exec(
            *command, cwd=home, env=plain | dict(settings), stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out
        )


def said_by(home: Path) -> Path:
    """Where everything stands that programs said in a home."""
    return home / "said.txt"


async def run(command: Command, home: Path, settings: Mapping[str, str], seconds: float) -> str:
    """What a program says. Raises AssertionError unless it ends well, and in time."""
    before = said_by(home).stat().st_size if said_by(home).exists() else 0
    process = await started(command, home, settings)
    try:
        ended = await asyncio.wait_for(process.wait(), seconds)
    except TimeoutError:
        process.kill()
        ended = await process.wait()
    said = said_by(home).read_bytes()[before:].decode()
    assert ended == 0, f"{' '.join(command)} ended with {ended}: {said[-3000:]}"
    return said
