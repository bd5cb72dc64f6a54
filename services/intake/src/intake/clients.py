"""Programs beside the service: how names are spelled in pinyin is found in a process that ends afterwards.

The dictionary of readings holds 57 MB for as long as a process lives, and only a changed directory needs it.
"""

import asyncio
import sys
from collections.abc import Sequence

import orjson

from intake.domain.ranking import spelled


async def spelled_apart(named: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """For the names of each matter their pinyin and initials, as `intake.domain.ranking.spelled` gives them.

    Raises OSError when the process does not live to answer, which is tried again like any outage.
    """
    if not named:
        return []
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", __name__, stdin=pipe, stdout=pipe)
    answer, _ = await child.communicate(orjson.dumps([list(names) for names in named]))
    if child.returncode:
        raise OSError(f"spelling ended with {child.returncode}")
    return [tuple(forms) for forms in orjson.loads(answer)]


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps([spelled(names) for names in orjson.loads(sys.stdin.buffer.read())]))
