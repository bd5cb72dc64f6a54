"""`make run`: everything up, a directory in dispatch, complaints submitted and seen to their end."""

import os
from collections.abc import Callable
from pathlib import Path

import httpx2

from stack import checkout, environment, provisioning, publish, serving
from stack.trouble import Trouble

_ASK_S = 10


def run(bring_up: Callable[[], None], home: Path, file: Path | None) -> int:
    """Bring the stack up and submit the file's complaints, or the samples; the exit code. Raises Trouble."""
    if file is not None and not file.is_file():
        raise Trouble(f"There is no file {file}: INPUT names a file with one complaint a line.")
    bring_up()
    found = environment.read(home)
    os.environ.update(found)
    if not _has_directory(found):
        serving.say("Importing the sample directory …")
        provisioning.bbcs(home, found, "directory", "import", str(checkout.DIRECTORY))
    return publish.run(file)


def _has_directory(found: dict[str, str]) -> bool:
    headers = {"authorization": f"Bearer {found['BBCS_CENTRE_KEY']}"}
    answer = httpx2.get(f"{found['BBCS_DISPATCH_URL']}/v1/directory/units", headers=headers, timeout=_ASK_S)
    return bool(answer.json()["units"])
