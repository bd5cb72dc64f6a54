"""`python -m stack.resolve POM REPOSITORY JARS`: fetches what a POM names, without Maven."""

import shutil
import sys
from pathlib import Path

from jgo.maven import POM, MavenContext

_TIMEOUT_S = 60


def main() -> None:
    """Copy the jars of the POM's dependencies, and of theirs, into a folder. What fails is the last line of stderr."""
    pom, repository, jars = map(Path, sys.argv[1:])
    context = MavenContext(repo_cache=repository, timeout=_TIMEOUT_S)
    _, nodes = context.pom_dependency_list(POM(pom))
    for node in nodes:
        shutil.copy(node.dep.artifact.resolve(), jars)


if __name__ == "__main__":
    main()
