"""`stack up|down|status|run|clean`: everything on this machine, from servers to samples."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from stack import checkout, clocks
from stack.trouble import Trouble
from stack.up import bring_down, bring_up

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)

State = Annotated[Path, typer.Option(envvar="STACK_STATE", help="The folder of its state.", show_default=False)]
Speed = Annotated[str, typer.Option(envvar="SPEED", help="Business time runs so many times faster.")]


@app.command()
def up(state: State = checkout.STATE, speed: Speed = "") -> None:
    """Start the servers, tables, topics and services; what runs already is left alone."""
    bring_up(state.absolute(), clocks.speed_of(speed))


@app.command()
def down(state: State = checkout.STATE) -> None:
    """End exactly what was started; the data stays."""
    ended = bring_down(state.absolute())
    typer.echo("The stack is down." if ended else "Nothing was running.")


def main() -> None:
    """Run the command; what it cannot do is one sentence and exit code 1."""
    try:
        app()
    except Trouble as trouble:
        _end(str(trouble))
    except OSError as error:
        _end(f"{error.filename or 'The system'}: {error.strerror or error}.")


def _end(sentence: str) -> None:
    typer.echo(sentence, err=True)
    sys.exit(1)
