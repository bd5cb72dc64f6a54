"""What only people can put right, said to them in one sentence."""

from pathlib import Path

_LAST_BYTES = 4000


class Trouble(Exception):  # noqa: N818 - read by people, as a sentence
    """The stack cannot go on; the message says why and what to do."""


def last_words(log: Path) -> str:
    """The last line of a log that says something, for the end of a sentence; empty without one."""
    if not log.exists():
        return ""
    with log.open("rb") as lines:
        lines.seek(max(0, log.stat().st_size - _LAST_BYTES))
        said = lines.read().decode("utf-8", "replace").splitlines()
    return next((line.strip() for line in reversed(said) if line.strip()), "")
