"""Writes files that are whole or not there."""

import os
from pathlib import Path

PRIVATE = 0o600


def write(path: Path, text: str, mode: int = PRIVATE) -> None:
    """Replace the file in one step, readable by its owner alone unless another mode is given."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as out:
        out.write(text)
    fresh.replace(path)
