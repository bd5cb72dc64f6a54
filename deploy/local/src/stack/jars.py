"""Kafka's jars, fetched once a user by what deploy/kafka/pom.xml names, and shared by all checkouts."""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from stack import checkout, machine
from stack.locks import locked
from stack.trouble import Trouble

_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_MAVEN_PATIENCE_S = 600
_TIMES = 3


def kafka() -> Path:
    """The folder of Kafka's jars; fetches them when they are not there yet. Raises Trouble."""
    cache = _cache()
    folder = cache / f"kafka-{hashlib.sha256(checkout.POM.read_bytes()).hexdigest()[:12]}"
    if not folder.exists():
        with locked(cache / "lock", lambda: print("Another checkout is fetching Kafka; waiting for it.", flush=True)):
            if not folder.exists():
                _fetch(cache, folder)
    return folder


def _cache() -> Path:
    named = os.environ.get("XDG_CACHE_HOME")
    cache = (Path(named) if named else Path.home() / ".cache") / "bbcs"
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble(f"Kafka's jars are kept in {cache}, which cannot be written: {error.strerror}.") from error
    return cache


def _fetch(cache: Path, folder: Path) -> None:
    print("Fetching Kafka (once, 60 MB) …", flush=True)
    with tempfile.TemporaryDirectory(dir=cache) as fresh:
        jars = Path(fresh) / "jars"
        jars.mkdir()
        if not _by_maven(jars):
            _by_jgo(Path(fresh) / "repository", jars)
        jars.rename(folder)


def _by_maven(jars: Path) -> bool:
    """Maven knows the mirrors that this machine should use; where it is missing or fails, jgo tries."""
    maven = machine.maven()
    if maven is None:
        return False
    command = [str(maven), "-q", "-B", "-f", str(checkout.POM), _GOAL]
    command += [f"-DoutputDirectory={jars}", "-DincludeScope=runtime"]
    try:
        return subprocess.run(command, capture_output=True, timeout=_MAVEN_PATIENCE_S, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _by_jgo(repository: Path, jars: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "stack.resolve", str(checkout.POM), str(repository), str(jars)]
    said = ""
    for _ in range(_TIMES):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        said = done.stderr.strip().rpartition("\n")[2].partition(":")[0]
    raise Trouble(
        "Kafka's jars could not be fetched from Maven Central: check the network and the proxy (HTTPS_PROXY), "
        f"then start again ({said})."
    )
