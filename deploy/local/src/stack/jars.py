"""Kafka's jars, fetched once a user by what deploy/kafka/pom.xml names, and shared by all checkouts."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import requests
from jgo.maven import POM, MavenContext

from stack import checkout, machine
from stack.locks import locked
from stack.trouble import Trouble

_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_MAVEN_PATIENCE_S = 600
_TIMEOUT_S = 60
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
    command = [maven, "-q", "-B", "-f", checkout.POM, _GOAL, f"-DoutputDirectory={jars}", "-DincludeScope=runtime"]
    try:
        return subprocess.run(command, capture_output=True, timeout=_MAVEN_PATIENCE_S, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _by_jgo(repository: Path, jars: Path) -> None:
    for left in reversed(range(_TIMES)):
        try:
            return _resolve(repository, jars)
        except (requests.RequestException, RuntimeError) as error:
            if not left:
                raise Trouble(
                    "Kafka's jars could not be fetched from Maven Central: check the network and the proxy "
                    f"(HTTPS_PROXY), then start again ({type(error).__name__})."
                ) from error


def _resolve(repository: Path, jars: Path) -> None:
    context = MavenContext(repo_cache=repository, timeout=_TIMEOUT_S)
    _, nodes = context.pom_dependency_list(POM(checkout.POM))
    for node in nodes:
        shutil.copy(node.dep.artifact.resolve(), jars)
