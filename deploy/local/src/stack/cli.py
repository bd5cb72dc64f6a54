"""`stack up|down|status|run|clean`: everything on this machine, from servers to samples."""

import logging
import os
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from stack import checkout, clocks, docker, run, up
from stack.trouble import Trouble

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)

State = Annotated[Path, typer.Option(envvar="STACK_STATE", help="The folder of its state.", show_default=False)]
Speed = Annotated[str, typer.Option(envvar="SPEED", help="Business time runs so many times faster.")]
Input = Annotated[Path | None, typer.Option("--input", envvar="INPUT", help="Complaints, one a line.")]


@app.command(name="up")
def up_(state: State = checkout.STATE, speed: Speed = "") -> None:
    """Start the servers, tables, topics and services; what runs already is left alone."""
    _bring_up(state.absolute(), speed)


@app.command()
def down(state: State = checkout.STATE) -> None:
    """End exactly what was started; the data stays."""
    typer.echo("The stack is down." if up.bring_down(state.absolute()) else "Nothing was running.")


@app.command()
def status(state: State = checkout.STATE) -> None:
    """Show how each program is; exit code 1 unless all of them run and are ready."""
    found = up.look(state.absolute())
    table = Table("Program", "State", "pid", "Address")
    for one in found:
        table.add_row(one.name, one.word, str(one.pid or ""), one.address)
    Console().print(table if found else "The stack is down.")
    if not found or any(one.word != up.READY for one in found):
        raise typer.Exit(1)


@app.command(name="run")
def run_(state: State = checkout.STATE, speed: Speed = "", file: Input = None) -> None:
    """Bring everything up, submit complaints, and show them arrive."""
    raise typer.Exit(run.run(partial(_bring_up, state.absolute(), speed), state.absolute(), file))


@app.command()
def clean(state: State = checkout.STATE) -> None:
    """End everything and delete its data."""
    up.clean(state.absolute())


def _bring_up(home: Path, speed: str) -> None:
    """Without containers, or with STACK=docker in them."""
    kinds = {"": up.bring_up, "docker": docker.bring_up}
    chosen = os.environ.get("STACK", "")
    if chosen not in kinds:
        raise Trouble(f"STACK is docker or nothing, not {chosen!r}.")
    kinds[chosen](home, clocks.speed_of(speed))


def main() -> None:
    """Run the command; what it cannot do is one sentence and exit code 1."""
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())  # servers that are not up yet are no news
    try:
        app()
    except Trouble as trouble:
        _end(str(trouble))
    except OSError as error:
        _end(f"{error.filename or 'The system'}: {error.strerror or error}.")


def _end(sentence: str) -> None:
    typer.echo(sentence, err=True)
    sys.exit(1)
