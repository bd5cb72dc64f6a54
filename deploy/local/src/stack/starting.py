"""Waits until servers really answer."""

import time
from collections.abc import Callable
from pathlib import Path

from stack.program import Server
from stack.trouble import Trouble, last_words

_ROUND_S = 0.1


def until(answered: Callable[[], bool], patience_s: float, ended: Callable[[], bool] = lambda: False) -> bool:
    """Whether it answered before its process ended or the patience did."""
    give_up = time.monotonic() + patience_s
    while time.monotonic() < give_up:
        if answered():
            return True
        if ended():
            return False
        time.sleep(_ROUND_S)
    return False


def until_it_answers(server: Server, log: Path, ended: Callable[[], bool], patience_s: float = 90.0) -> None:
    """Wait for the server. Raises Trouble with the last words of its log when it does not come up."""
    if not until(server.answers, patience_s, ended):
        raise Trouble(f"{server.name} did not come up on port {server.port}; {log} ends with: {last_words(log)}")
