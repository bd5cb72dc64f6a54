"""Steps beside each other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def all_of(*steps: Callable[[], object]) -> None:
    """Do all the steps at the same time; raises what the first of them raises, when all have ended."""
    with ThreadPoolExecutor(max(1, len(steps))) as threads:
        for done in [threads.submit(step) for step in steps]:
            done.result()
