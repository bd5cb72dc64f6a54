"""`bbcs directory`: import the office's tables, look at what holds, and ask who would get a complaint."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console

from chassis.cli.failure import Unable
from chassis.cli.say import Json, say, table
from contracts.base import rfc3339
from contracts.ids import matter_code, place_code
from dispatch import domain, usecases
from dispatch.cli.opening import Folder, files, opened, or_wrong, provide_for, show_without_password
from dispatch.domain import Directory, Found, Mandate, Route
from dispatch.usecases import Imported, Version

app = typer.Typer(help="The directory: units, matters, places, and who owns what where.", no_args_is_help=True)

_PROPOSER, _CONFIRMER = (re.compile(rf"({who})/[A-Za-z0-9._-]{{1,32}}") for who in ("office|centre", "office"))

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
    folder: Folder,
    proposed_by: Annotated[str | None, typer.Option(help="office/NUMBER or centre/NUMBER: who wants it.")] = None,
    confirmed_by: Annotated[str | None, typer.Option(help="office/NUMBER: the second person.")] = None,
    json: Json = False,
) -> None:
    """Let the tables in a folder be the directory from now on: all of them, or none and everything that is wrong.

    So a district begins; what holds already is changed by two persons.
    """
    mandate = _mandate(proposed_by, confirmed_by)
    with or_wrong(json, "imported"):
        draft = domain.draft(files(folder))
    outcome = asyncio.run(_import(draft, mandate))
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
    """Show every version, how many entries it changed, and by whose word."""
    found = list(map(_version, asyncio.run(_versions())))
    say(found, json, lambda screen: screen.print(table(list(found[0]) if found else (), map(_values, found))))


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


def _mandate(proposed_by: str | None, confirmed_by: str | None) -> Mandate | None:
    """The word of two persons; None without any. Raises Unable for half of it, or for what names no person."""
    if proposed_by is None and confirmed_by is None:
        return None
    if not (_PROPOSER.fullmatch(proposed_by or "") and _CONFIRMER.fullmatch(confirmed_by or "")):
        raise Unable("It takes --proposed-by office/NUMBER (or centre/NUMBER) and --confirmed-by office/NUMBER.")
    return Mandate(str(proposed_by), str(confirmed_by))


async def _import(draft: Directory, mandate: Mandate | None) -> Outcome:
    """The topics and users of new units are there before the first fact about one can be told on them."""
    async with opened() as work:
        held = await usecases.directory(work)
    if held.version and mandate is None and domain.changes(held, draft).size:
        raise Unable(
            "Nothing was imported: the directory holds already, and it takes two persons to change it. Let one say "
            "bbcs directory propose and another confirm that, or name both (--proposed-by, --confirmed-by)."
        )
    new = draft.units.keys() - held.units.keys()
    without_password = await provide_for(new) if new else ()
    async with opened() as work:
        return Outcome(await usecases.import_directory(work, draft, mandate), without_password)


def _version(one: Version) -> dict[str, Any]:
    effective_at = rfc3339(one.effective_at) if one.effective_at else None
    return asdict(one) | {"imported_at": rfc3339(one.imported_at), "effective_at": effective_at}


def _values(entry: dict[str, Any]) -> list[Any]:
    return list(entry.values())


async def _directory(version: int | None) -> Directory:
    async with opened() as work:
        return await usecases.directory(work, version)


async def _versions() -> Sequence[Version]:
    async with opened() as work:
        return await usecases.versions(work)


async def _route(matter: str | None, place: str | None, version: int | None) -> Route:
    async with opened() as work:
        return await usecases.route(work, matter, place, version)


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
    show_without_password(screen, outcome.without_password)


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
