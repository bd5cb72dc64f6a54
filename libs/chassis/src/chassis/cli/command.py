"""`bbcs`: the operator's command, with the parts that services add to it."""

import sys
from collections.abc import Sequence
from importlib.metadata import entry_points

import typer

from chassis.cli import clocks, environment, parked, topics
from chassis.cli.failure import Unable
from chassis.cli.tail import tail
from chassis.cli.trace import trace
from chassis.settings import UnusableSettings
from contracts.refusals import Refused

COMMANDS = "bbcs.commands"
"""The group of entry points under which a package names a typer app of its own."""

_OWN = ("topics", "tail", "trace", "parked", "clocks")


def build(arguments: Sequence[str]) -> typer.Typer:
    """The command with its parts; those of services are only read when one of them may be meant, for they are large."""
    app = typer.Typer(name="bbcs", no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
    app.callback()(_bbcs)
    app.add_typer(topics.app, name="topics")
    app.command()(tail)
    app.command()(trace)
    app.add_typer(parked.app, name="parked")
    app.add_typer(clocks.app, name="clocks")
    if arguments[:1] and arguments[0] in _OWN:
        return app
    for point in sorted(entry_points(group=COMMANDS)):
        app.add_typer(point.load(), name=point.name)
    return app


def _bbcs() -> None:
    """The operator's command: topics, facts, parked messages, and what each service adds."""
    environment.load()


def main() -> None:
    """Run the command; what it cannot do is one sentence and exit code 1."""
    try:
        build(sys.argv[1:])()
    except Refused as refused:
        _end(f"{refused.refusal.title} ({refused.code})")
    except (Unable, UnusableSettings) as unable:
        _end(str(unable))


def _end(sentence: str) -> None:
    typer.echo(sentence, err=True)
    sys.exit(1)
