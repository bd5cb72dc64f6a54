"""`bbcs ranking`: train the model that ranks matters from what the desk decided, and measure it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chassis.cli.failure import Unable
from chassis.cli.say import Json, say
from chassis.db import FAILING
from chassis.running import Running
from chassis.service import Service
from chassis.work import Work
from contracts.base import rfc3339
from intake.domain.ranking import Figures, Row, names, rows
from intake.usecases import Kit, ranking
from intake.usecases.ranking import Evaluated, Trained

app = typer.Typer(help="Ranking of matters for complaints that name none.", no_args_is_help=True)

File = Annotated[
    Path,
    typer.Argument(exists=True, dir_okay=False, help="JSON Lines: subject, text, and matter or category."),
]
Names = Annotated[
    Path | None,
    typer.Option("--names", exists=True, dir_okay=False, help="CSV: a label, then names of what belongs to it."),
]
Background = Annotated[
    Path | None,
    typer.Option("--background", exists=True, dir_okay=False, help="JSON Lines nobody decided: how common words are."),
]
Given = tuple[list[Row], dict[str, list[str]]]


@app.command()
def train(file: File, names_file: Names = None, background: Background = None, json: Json = False) -> None:
    """Learn from what was decided and keep the model: intake uses it from the next complaint on."""
    given = _given(file, names_file, background)
    trained = asyncio.run(_train(given))
    said = asdict(trained) | {"trained_at": rfc3339(trained.trained_at), "figures": trained.figures._asdict()}
    say(said, json, lambda screen: _show_trained(screen, trained))


@app.command()
def evaluate(file: File, names_file: Names = None, background: Background = None, json: Json = False) -> None:
    """Measure on decided rows that the model never saw; without such, on rows held back from training in turns."""
    given = _given(file, names_file, background)
    found = asyncio.run(_evaluate(given))
    said = {"version": found.version, "held_back": found.held_back, "seen": found.seen, **found.figures._asdict()}
    speed = {"per_s": found.per_s, "p99_ms": found.p99_ms}
    say(said | speed, json, lambda screen: _show_evaluated(screen, found))


async def _train(given: Given) -> Trained:
    async with _work() as work:
        return await ranking.train(work, *given)


async def _evaluate(given: Given) -> Evaluated:
    async with _work() as work:
        return await ranking.evaluate(work, *given)


def _given(file: Path, names_file: Path | None, background: Path | None) -> Given:
    """What the files say. Raises Unable."""
    try:
        decided = rows(file.read_bytes())
        other = rows(background.read_bytes()) if background else []
        called = names(names_file.read_bytes()) if names_file else {}
    except (OSError, ValueError) as error:
        raise Unable(f"A file cannot be used: {error}.") from None
    return [*decided, *(row._replace(label=None) for row in other)], called


@asynccontextmanager
async def _work() -> AsyncIterator[Work[Kit]]:
    """A piece of the service's work, as its own doors get it. Raises Unable."""
    (point,) = entry_points(group="bbcs.services", name="intake")
    service: Service = point.load()
    running = Running(service, service.settings.read(), doors=())
    try:
        async with running.work() as work:
            yield work
    except ValueError as error:
        raise Unable(f"Nothing was learned: {error}.") from None
    except FAILING as error:
        raise Unable(
            f"The database of intake does not answer as it should ({type(error).__name__}): "
            "is the stack up (make run), and are its tables made (python -m intake --migrate)?"
        ) from None
    finally:
        await running.database.close()


def _show_trained(screen: Console, trained: Trained) -> None:
    screen.print(f"Model {trained.version}: {trained.labels} labels. {_shares(trained.figures)} that were held back.")


def _show_evaluated(screen: Console, found: Evaluated) -> None:
    by = "held back from training in turns" if found.held_back else f"that model {found.version} never saw"
    screen.print(f"{_shares(found.figures)} {by}; {found.seen} that it saw are left out.")
    screen.print(f"{found.per_s:.0f} rankings/s, the 99th of a hundred in {found.p99_ms:.1f} ms.")


def _shares(figures: Figures) -> str:
    return f"First {figures.top1:.1%}, among the first three {figures.top3:.1%} of {figures.rows} rows"
