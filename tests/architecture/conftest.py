"""What the architecture tests look at: the tree of this repository."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("libs", "services", "deploy", "tests", "examples")
_NOT_OURS = {".venv", ".stack", "build", "dist", "node_modules", "__pycache__"}


@dataclass(frozen=True)
class Module:
    """A Python file of the project."""

    file: Path

    @property
    def place(self) -> str:
        return str(self.file.relative_to(ROOT))

    @property
    def text(self) -> str:
        return self.file.read_text("utf-8")

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.file)

    @property
    def tests(self) -> bool:
        return "tests" in self.file.relative_to(ROOT).parts


@cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def modules() -> list[Module]:
    """Every Python file of the project."""
    files = (file for part in PARTS for file in sorted((ROOT / part).rglob("*.py")))
    return [Module(file) for file in files if not _NOT_OURS & set(file.relative_to(ROOT).parts)]


@pytest.fixture(scope="session")
def services() -> list[Path]:
    """The folder of every service."""
    return sorted(file.parent for file in (ROOT / "services").glob("*/pyproject.toml"))
