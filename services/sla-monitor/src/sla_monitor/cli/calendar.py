"""`bbcs calendar`: what each date is, and the notice that says so."""

import asyncio
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console

from chassis.cli.failure import Unable
from chassis.cli.say import Json, say, table
from contracts.calendar import NoticeName
from sla_monitor import usecases
from sla_monitor.cli.moves import Moves, count_moves
from sla_monitor.cli.opening import opened
from sla_monitor.domain import Day, Line
from sla_monitor.usecases import Amended, Notice

app = typer.Typer(help="The calendar: what each date is, by which notice.", no_args_is_help=True)

_COLUMNS = ("date", "status", "holiday")
_PROPOSER, _CONFIRMER = (re.compile(rf"({who})/[A-Za-z0-9._-]{{1,32}}") for who in ("office|centre", "office"))

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=f"CSV with the columns {', '.join(_COLUMNS)}.")]


@app.command(name="import")
def import_(
    file: File,
    notice: Annotated[str, typer.Option(help="What the notice is called: 国办发明电〔2026〕1号.")],
    year: Annotated[
        int | None, typer.Option(min=1900, max=2999, help="The notice's year; that of its last date if not given.")
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Carry it out; without, only say what would change.")] = False,
    proposed_by: Annotated[str | None, typer.Option(help="office/NUMBER or centre/NUMBER: who wants it.")] = None,
    confirmed_by: Annotated[str | None, typer.Option(help="office/NUMBER: the second person.")] = None,
    moves: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write every clock that moves to this CSV.")
    ] = None,
    json: Json = False,
) -> None:
    """Say which days a year's notice changes and which tickets it moves, or everything that is wrong with it.

    With --apply it holds, and the service moves the tickets. It takes two persons to carry it out.
    """
    if apply:
        _sure_of_two(proposed_by, confirmed_by)
        _sure_of_no(moves)
    lines = _lines(file)
    read = Notice(_name(notice), year or _last_year(lines), lines, proposed_by, confirmed_by)
    amended, moved = asyncio.run(_amend(read, apply, moves))
    said = _plain(amended, apply) | {"moves": moved.plain() if moved else None}
    say(said, json, lambda screen: _show(screen, amended, apply, moved))
    if amended.problems:
        raise typer.Exit(1)


@app.command()
def show(year: Annotated[int, typer.Argument(min=1900, max=2999)], json: Json = False) -> None:
    """Show what every date of a year is, by which notice."""
    version, days = asyncio.run(_days(year))
    said = {"version": version, "days": list(map(_day, days))}
    say(said, json, lambda screen: _show_year(screen, year, version, days))


def _sure_of_two(proposed_by: str | None, confirmed_by: str | None) -> None:
    """Raises Unable where two persons are not named."""
    if not (_PROPOSER.fullmatch(proposed_by or "") and _CONFIRMER.fullmatch(confirmed_by or "")):
        raise Unable("It takes --proposed-by office/NUMBER (or centre/NUMBER) and --confirmed-by office/NUMBER.")


def _sure_of_no(moves: Path | None) -> None:
    """Raises Unable where a file of moves is asked for."""
    if moves:
        raise Unable("--moves belongs to a dry run: once it is carried out, the topic clocks says what moved.")


def _name(said: str) -> str:
    """What the notice is called. Raises Unable."""
    try:
        name = TypeAdapter[str](NoticeName).validate_python(said.strip())
    except ValidationError:
        name = ""
    if not name:
        raise Unable("--notice is what the notice is called, 80 characters at most: 国办发明电〔2026〕1号.")
    return name


def _lines(file: Path) -> list[Line]:
    """The lines of the file, blank ones left out; each is numbered as in the file. Raises Unable."""
    try:
        reader = csv.DictReader(io.StringIO(file.read_text("utf-8-sig"), newline=""), restval="")
        if not {"date", "status"} <= set(reader.fieldnames or ()):
            raise Unable(f"{file.name} has to begin with the line {','.join(_COLUMNS)}.")
        lines = [Line(reader.line_num, *(_cell(one, name) for name in _COLUMNS)) for one in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Unable(f"{file.name} cannot be read as UTF-8 CSV ({type(error).__name__}).") from None
    return [one for one in lines if one.date or one.status or one.holiday]


def _cell(row: dict[str, Any], name: str) -> str:
    return (row.get(name) or "").strip()


def _last_year(lines: Sequence[Line]) -> int:
    """Raises Unable where no line names a date."""
    years = [int(one.date[:4]) for one in lines if re.fullmatch(r"\d{4}-\d\d-\d\d", one.date, re.ASCII)]
    if not years:
        raise Unable("The notice names no date, written as 2026-10-01.")
    return max(years)


async def _amend(notice: Notice, apply: bool, moves: Path | None) -> tuple[Amended, Moves | None]:
    async with opened() as running:
        async with running.work() as work:
            amended = await usecases.amend(work, notice, apply=apply)
        tried = not apply and not amended.problems
        return amended, await count_moves(running, amended, moves) if tried else None


async def _days(year: int) -> tuple[int, list[Day]]:
    async with opened() as running, running.work() as work:
        return await usecases.days(work, date(year, 1, 1), date(year, 12, 31))


def _plain(amended: Amended, apply: bool) -> dict[str, Any]:
    return {
        "version": amended.version,
        "applied": bool(apply and amended.days),
        "days": [{"before": _day(before), "after": _day(after)} for before, after in amended.days],
        "problems": [asdict(one) | {"meaning": one.code.sentence} for one in amended.problems],
    }


def _day(day: Day) -> dict[str, Any]:
    return asdict(day) | {"date": day.date.isoformat()}


def _show(screen: Console, amended: Amended, apply: bool, moved: Moves | None) -> None:
    if amended.problems:
        rows = ((one.line, one.date, one.code, one.code.sentence) for one in amended.problems)
        screen.print(table(("line", "date", "code", "meaning"), rows))
        screen.print(f"Nothing was changed: {len(amended.problems)} problems.")
        return
    if moved:
        moved.show(screen)
    _show_changes(screen, amended, apply)


def _show_changes(screen: Console, amended: Amended, apply: bool) -> None:
    moved = [(before, after) for before, after in amended.days if before.status != after.status]
    screen.print(table(("date", "was", "is"), ((after.date, before.status, after.status) for before, after in moved)))
    told = f"{len(moved)} days change, {len(amended.days) - len(moved)} are confirmed."
    if not amended.days:
        screen.print(f"Nothing changes, version {amended.version} of the calendar holds on.")
    elif apply:
        screen.print(f"Version {amended.version} of the calendar: {told} The service moves the tickets.")
    else:
        screen.print(f"{told} Nothing was carried out: --apply does it.")


def _show_year(screen: Console, year: int, version: int, days: Sequence[Day]) -> None:
    rows = ((one.date, one.status, one.status.chinese, one.notice, one.revision, _sure(one)) for one in days)
    screen.print(table(("date", "status", "", "notice", "revision", ""), rows))
    working = sum(one.working for one in days)
    screen.print(f"{year}: {working} working days of {len(days)}. Version {version} of the calendar.")


def _sure(day: Day) -> str:
    return "provisional" if day.provisional else ""
