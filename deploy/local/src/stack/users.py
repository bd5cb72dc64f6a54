"""Whom programs run as: PostgreSQL refuses to be root."""

import hashlib
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

from stack.trouble import Trouble

_UNPRIVILEGED = ("postgres", "nobody")
_OUTSIDE = Path("/var/tmp")  # noqa: S108 - kept over restarts, and who owns a folder there is looked at


def unprivileged() -> str | None:
    """The user that PostgreSQL runs as: None is ourselves, unless we are root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in _UNPRIVILEGED:
        if name in known:
            return name
    raise Trouble(
        "PostgreSQL refuses to run as root: make a user named postgres (useradd postgres), or do not be root."
    )


def as_user(user: str | None) -> dict[str, Any]:
    """The arguments of subprocess that make a child run as the user, with none of our groups."""
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def own(path: Path, user: str | None) -> None:
    """Make the path the user's."""
    if user is not None:
        shutil.chown(path, user, pwd.getpwnam(user).pw_gid)


def reaches(user: str | None, path: Path) -> bool:
    """Whether the user may pass through every folder down to the path, and use it."""
    if user is None:
        return True
    test = subprocess.run(["/usr/bin/env", "test", "-x", str(path)], cwd="/", check=False, **as_user(user))
    return test.returncode == 0


def reachable(folder: Path, user: str | None) -> Path:
    """The folder, or its stand-in where the user cannot reach it. Raises Trouble when a stranger owns that."""
    if reaches(user, folder):
        return folder
    instead = stand_in(folder)
    instead.mkdir(mode=0o711, exist_ok=True)
    if instead.is_symlink() or instead.stat().st_uid != os.geteuid():
        raise Trouble(f"{instead} belongs to somebody else: have it removed, then start again.")
    return instead


def stand_in(folder: Path) -> Path:
    """The folder outside of private homes that stands for this one."""
    return _OUTSIDE / f"bbcs-stack-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"
