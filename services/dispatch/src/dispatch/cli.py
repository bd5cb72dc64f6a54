"""`bbcs directory`: import the office's tables, look at what holds, and ask who would get a complaint."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from chassis.cli import units as units_told
from chassis.cli.failure import Unable
from chassis.cli.provision import provision
from chassis.cli.say import Json, say, table
from chassis.db import FAILING
from chassis.running import Running
from chassis.service import Service
from chassis.work import Work
from contracts.base import rfc3339
from contracts.ids import matter_code, place_code
from dispatch import domain, usecases
from dispatch.domain import TABLES, Directory, Found, Problem, Route, Unfit
from dispatch.usecases import Imported, Kit

app = typer.Typer(help="The directory: units, matters, places, and who owns what where.", no_args_is_help=True)

AsOf = Annotated[int | None, typer.Option("--version", min=0, help="As it held under this version.")]


class Kind(StrEnum):
    """What a directory lists."""

    UNITS = "units"
    PLACES = "places"
    MATTERS = "matters"


@dataclass(frozen=True, slots=True)
class Outcome:
    """An import, and the new units whose systems cannot sign in at Kafka yet."""

    imported: Imported
    without_password: Sequence[str]


@app.command(name="import")
def import_(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help=f"Holds {', '.join(TABLES)}.")],
    json: Json = False,
) -> None:
    """Let the tables in a folder be the directory from now on: all of them, or none and everything that is wrong."""
    try:
        draft = domain.draft(_files(folder))
    except Unfit as unfit:
        problems = unfit.problems
        say({"problems": list(map(_problem, problems))}, json, lambda screen: _show_problems(screen, problems))
        raise typer.Exit(1) from None
    outcome = asyncio.run(_import(draft))
    say(_outcome(outcome), json, lambda screen: _show_outcome(screen, outcome))


@app.command()
def show(kind: Annotated[Kind, typer.Argument()] = Kind.UNITS, version: AsOf = None, json: Json = False) -> None:
    """Show the units, places or matters that hold, or held under a version."""
    directory = asyncio.run(_directory(version))
    entries = [asdict(one) for one in getattr(directory, kind).values()]
    said = {"version": directory.version, kind.value: entries}
    say(said, json, lambda screen: _show_entries(screen, directory, entries))


@app.command()
def versions(json: Json = False) -> None:
    """Show every version, and how many entries it changed."""
    found = [asdict(one) | {"imported_at": rfc3339(one.imported_at)} for one in asyncio.run(_versions())]
    columns = ("version", "imported_at", "units", "places", "matters")
    say(found, json, lambda screen: screen.print(table(columns, ([*one.values()] for one in found))))


@app.command()
def route(
    matter: Annotated[str | None, typer.Option(help="A 12-digit basic code, or a 31-character one.")] = None,
    place: Annotated[str | None, typer.Option(help="A 12-digit code; an old 310230 is understood.")] = None,
    version: AsOf = None,
    json: Json = False,
) -> None:
    """Ask which unit would get a complaint about a matter at a place, and by which rule."""
    asked = (matter_code(matter) if matter else None, place_code(place) if place else None)
    found = asyncio.run(_route(*asked, version))
    say(_route_plain(found), json, lambda screen: screen.print(_route_sentence(found)))


@asynccontextmanager
async def _work() -> AsyncIterator[Work[Kit]]:
    """A piece of the service's work, as its own doors get it. Raises Unable."""
    (point,) = entry_points(group="bbcs.services", name="dispatch")
    service: Service = point.load()
    running = Running(service, service.settings.read(), doors=())
    try:
        async with running.work() as work:
            yield work
    except FAILING as error:
        raise Unable(
            f"The database of dispatch does not answer as it should ({type(error).__name__}): "
            "is the stack up (make run), and are its tables made (python -m dispatch --migrate)?"
        ) from None
    finally:
        await running.database.close()


def _files(folder: Path) -> dict[str, bytes]:
    try:
        return {name: (folder / name).read_bytes() for name in TABLES if (folder / name).exists()}
    except OSError as error:
        raise Unable(f"{error.filename} cannot be read: {error.strerror}.") from None


async def _import(draft: Directory) -> Outcome:
    """The topics and users of new units are there before the first fact about one can be told on them."""
    async with _work() as work:
        held = await usecases.directory(work)
    new = draft.units.keys() - held.units.keys()
    without_password = await _provide_for(new) if new else ()
    async with _work() as work:
        return Outcome(await usecases.import_directory(work, draft), without_password)


async def _provide_for(new: Collection[str]) -> Sequence[str]:
    """Make topics and users; the new units whose passwords are not known here. Raises Unable."""
    every = {*await units_told.units(None), *new}
    try:
        done = await asyncio.to_thread(provision, every)
    except Unable as unable:
        raise Unable(f"Nothing was imported, {len(new)} new units need topics of their own. {unable}") from None
    return [unit for unit in sorted(new) if f"unit.{unit}" in done.without_password]


async def _directory(version: int | None) -> Directory:
    async with _work() as work:
        return await usecases.directory(work, version)


async def _versions() -> Sequence[Any]:
    async with _work() as work:
        return await usecases.versions(work)


async def _route(matter: str | None, place: str | None, version: int | None) -> Route:
    async with _work() as work:
        return await usecases.route(work, matter, place, version)


def _problem(one: Problem) -> dict[str, Any]:
    return {"file": one.file, "line": one.line, "column": one.column, "code": one.flaw, "meaning": one.flaw.sentence}


def _show_problems(screen: Console, problems: Sequence[Problem]) -> None:
    screen.print(table(("file", "line", "column", "code", "meaning"), ([*_problem(one).values()] for one in problems)))
    screen.print(f"Nothing was imported: {len(problems)} problems.")


def _outcome(outcome: Outcome) -> dict[str, Any]:
    changes = outcome.imported.changes
    changed = {kind.value: getattr(changes, kind).size for kind in Kind}
    return {
        "version": outcome.imported.version,
        "changed": changed,
        "without_password": list(outcome.without_password),
    }


def _show_outcome(screen: Console, outcome: Outcome) -> None:
    version, changes = outcome.imported.version, outcome.imported.changes
    screen.print(
        f"Version {version}: {changes.units.size} units, {changes.places.size} places and "
        f"{changes.matters.size} matters changed."
        if changes.size
        else f"Nothing has changed, version {version} holds on."
    )
    if outcome.without_password:
        named = ", ".join(outcome.without_password)
        screen.print(f"No Kafka password is set for {named} (BBCS_UNIT_…_KAFKA_PASSWORD): then run bbcs topics apply.")


def _show_entries(screen: Console, directory: Directory, entries: Sequence[dict[str, Any]]) -> None:
    columns = list(entries[0]) if entries else []
    screen.print(table(columns, ([_cell(one) for one in entry.values()] for entry in entries)))
    screen.print(f"Version {directory.version}: {len(entries)} entries.")


def _cell(said: object) -> object:
    match said:
        case dict():
            return ", ".join(f"{place} {unit}" for place, unit in said.items())
        case tuple():
            return ", ".join(said)
    return said


def _route_plain(found: Route) -> dict[str, Any]:
    if isinstance(found, Found):
        said = {"unit": found.unit, "rule": found.rule, "matched_place": found.place, "queue_reason": None}
    else:
        said = {"unit": None, "rule": None, "matched_place": None, "queue_reason": found.reason}
    return {**said, "directory_version": found.directory_version}


def _route_sentence(found: Route) -> str:
    if isinstance(found, Found):
        return f"{found.unit}: {found.rule} at {found.place}, directory version {found.directory_version}"
    return f"manual queue: {found.reason}, directory version {found.directory_version}"
