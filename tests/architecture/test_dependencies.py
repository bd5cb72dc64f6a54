"""What a package imports it declares, and what it declares it imports."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

MEMBERS = (
    "libs/contracts",
    "libs/chassis",
    "services/intake",
    "services/dispatch",
    "services/sla-monitor",
    "services/revisit",
    "services/portal-bridge",
)
"""Not deploy/local: it starts programs by their names."""


def modules(root: Path) -> str:
    """Our distributions and their packages, as deptry is told of them."""
    names = [tomllib.loads((root / one / "pyproject.toml").read_text("utf-8"))["project"]["name"] for one in MEMBERS]
    return ",".join(f"{name}={name.removeprefix('bbcs-').replace('-', '_')}" for name in names)


def test_every_service_is_looked_at(services: list[Path], root: Path) -> None:
    assert {str(folder.relative_to(root)) for folder in services} <= set(MEMBERS), "name it here"


@pytest.mark.parametrize("member", MEMBERS)
def test_what_is_imported_is_declared(root: Path, member: str) -> None:
    program = str(Path(sys.executable).with_name("deptry"))
    asked = [program, "src", "--config", "pyproject.toml", "--package-module-name-map", modules(root)]
    plain = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(asked, cwd=root / member, env=plain, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"pin it (==) in {member}/pyproject.toml, or take it out there:\n{done.stderr}"
