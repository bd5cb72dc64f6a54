"""`python -m contracts generate|check`: write what is derived from the models, or say what is stale."""

import argparse
import sys

from contracts.generate import Broken, check, generate


def main() -> int:
    """The exit code: 0 when all is as the models say."""
    parser = argparse.ArgumentParser(prog="python -m contracts", description=__doc__)
    parser.add_argument("what", choices=("generate", "check"))
    if parser.parse_args().what == "check":
        return _say(check())
    try:
        generate()
    except Broken as promise:
        return _say([str(promise)])
    return _say(check())


def _say(wrong: list[str]) -> int:
    for sentence in wrong:
        sys.stderr.write(f"{sentence}\n")
    return 1 if wrong else 0


sys.exit(main())
