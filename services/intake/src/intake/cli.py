"""`bbcs ranking`: train the model that ranks matters from what the desk decided, and measure it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console

from chassis.cli.failure import Unable
from chassis.cli.say import Json, say
from chassis.cli.working import without_doors
from chassis.running import Running
from chassis.work import Work
from contracts.base import rfc3339
from intake.domain.ranking import Figures, Row, names, rows
from intake.usecases import Kit, ranking
from intake.usecases.ranking import Evaluated, Prepared, Trained

app = typer.Typer(help="Ranking of matters for complaints that name none.", no_args_is_help=True)

File = Annotated[
    Path | None,
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
Decided = Annotated[
    bool,
    typer.Option("--decided", help="What the desk dispatched by hand, too. No word of it is shown."),
]


class Given(NamedTuple):
    """What the files say, and whether what the desk decided is wanted beside it."""

    rows: list[Row]
    names: dict[str, list[str]]
    decided: bool


@app.command()
def train(
    file: File = None,
    names_file: Names = None,
    background: Background = None,
    decided: Decided = False,
    json: Json = False,
) -> None:
    """Learn from what was decided and keep the model: intake uses it from the next complaint on."""
    given = _given(file, names_file, background, decided)
    trained = asyncio.run(_train(given))
    said = asdict(trained) | {"trained_at": rfc3339(trained.trained_at), "figures": trained.figures._asdict()}
    say(said, json, lambda screen: _show_trained(screen, trained))


@app.command()
def evaluate(
    file: File = None,
    names_file: Names = None,
    background: Background = None,
    decided: Decided = False,
    json: Json = False,
) -> None:
    """Measure on decided rows that the model never saw; without such, on rows held back from training in turns."""
    given = _given(file, names_file, background, decided)
    found = asyncio.run(_evaluate(given))
    said = {"version": found.version, "held_back": found.held_back, "seen": found.seen, **found.figures._asdict()}
    speed = {"per_s": found.per_s, "p99_ms": found.p99_ms}
    say(said | speed, json, lambda screen: _show_evaluated(screen, found))


async def _train(given: Given) -> Trained:
    async with _running() as running:
        model, figures = ranking.trained(await _prepared(running, given))
        async with running.work() as work:
            return await ranking.keep(work, model, figures)


async def _evaluate(given: Given) -> Evaluated:
    async with _running() as running:
        return ranking.evaluate(await _prepared(running, given))


async def _prepared(running: Running, given: Given) -> Prepared:
    work: Work[Kit]
    async with running.work() as work:
        return await ranking.prepare(work, given.rows, given.names, decided=given.decided)


def _given(file: Path | None, names_file: Path | None, background: Path | None, decided: bool) -> Given:
    """What the files say. Raises Unable."""
    if file is None and not decided:
        raise Unable("Nothing to learn from: give a file, or --decided.")
    try:
        said = rows(file.read_bytes()) if file else []
        other = rows(background.read_bytes()) if background else []
        called = names(names_file.read_bytes()) if names_file else {}
    except (OSError, ValueError) as error:
        raise Unable(f"A file cannot be used: {error}.") from None
    return Given([*said, *(row._replace(label=None) for row in other)], called, decided)


@asynccontextmanager
async def _running() -> AsyncIterator[Running]:
    """Intake without its doors. Raises Unable, also where nothing can be learned."""
    try:
        async with without_doors("intake") as running:
            yield running
    except ValueError as error:
        raise Unable(f"Nothing was learned: {error}.") from None


def _show_trained(screen: Console, trained: Trained) -> None:
    screen.print(f"Model {trained.version}: {trained.labels} labels. {_shares(trained.figures)} that were held back.")


def _show_evaluated(screen: Console, found: Evaluated) -> None:
    by = "held back from training in turns" if found.held_back else f"that model {found.version} never saw"
    screen.print(f"{_shares(found.figures)} {by}; {found.seen} that it saw are left out.")
    screen.print(f"{found.per_s:.0f} rankings/s, the 99th of a hundred in {found.p99_ms:.1f} ms.")


def _shares(figures: Figures) -> str:
    return f"First {figures.top1:.1%}, among the first three {figures.top3:.1%} of {figures.rows} rows"
