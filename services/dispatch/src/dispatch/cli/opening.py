"""What the commands share: the service's work, a folder's tables, what is wrong with them, topics for new units."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from chassis.cli import units as units_told
from chassis.cli.failure import Unable
from chassis.cli.provision import provision
from chassis.cli.say import say, table
from chassis.cli.working import without_doors
from chassis.work import Work
from dispatch.domain import TABLES, Problem, Unfit
from dispatch.usecases import Kit

Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help=f"Holds {', '.join(TABLES)}.")]


@asynccontextmanager
async def opened() -> AsyncIterator[Work[Kit]]:
    """A piece of the service's work, as its own doors get it. Raises Unable."""
    async with without_doors("dispatch") as running, running.work() as work:
        yield work


def files(folder: Path) -> dict[str, bytes]:
    """The tables of a folder. Raises Unable for one that cannot be read."""
    try:
        return {name: (folder / name).read_bytes() for name in TABLES if (folder / name).exists()}
    except OSError as error:
        raise Unable(f"{error.filename} cannot be read: {error.strerror}.") from None


async def provide_for(new: Collection[str]) -> Sequence[str]:
    """Make topics and users; the new units whose passwords are not known here. Raises Unable."""
    every = {*await units_told.units(None), *new}
    try:
        done = await asyncio.to_thread(provision, every)
    except Unable as unable:
        raise Unable(f"Nothing was done, {len(new)} new units need topics of their own. {unable}") from None
    return [unit for unit in sorted(new) if f"unit.{unit}" in done.without_password]


def show_without_password(screen: Console, units: Sequence[str]) -> None:
    """Say what is left to do for units whose systems cannot sign in at Kafka yet; nothing where there are none."""
    if units:
        named = ", ".join(units)
        screen.print(f"No Kafka password is set for {named} (BBCS_UNIT_…_KAFKA_PASSWORD): then run bbcs topics apply.")


@contextmanager
def or_wrong(as_json: bool, what: str) -> Iterator[None]:
    """Show everything that is wrong, and end, when that is what comes of it; `what` was not done then."""
    try:
        yield
    except Unfit as unfit:
        problems = unfit.problems
        say({"problems": list(map(_problem, problems))}, as_json, lambda screen: _show_problems(screen, problems, what))
        raise typer.Exit(1) from None


def _problem(one: Problem) -> dict[str, Any]:
    return {"file": one.file, "line": one.line, "column": one.column, "code": one.flaw, "meaning": one.flaw.sentence}


def _show_problems(screen: Console, problems: Sequence[Problem], what: str) -> None:
    screen.print(table(("file", "line", "column", "code", "meaning"), ([*_problem(one).values()] for one in problems)))
    screen.print(f"Nothing was {what}: {len(problems)} problems.")
