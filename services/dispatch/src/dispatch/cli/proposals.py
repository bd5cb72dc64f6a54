"""`bbcs directory propose`, `dry-run` and `provide`: the desk for those who keep tables, and for the operator."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from chassis.cli.failure import Unable
from chassis.cli.say import Json, say, table
from contracts.base import field_paths
from contracts.proposals import Change, ProposedChange
from dispatch import domain, usecases
from dispatch.cli.opening import Folder, files, opened, or_wrong, provide_for, show_without_password
from dispatch.domain import MOST_TRIED, Directory, DryRun, Proposal

Successors = Annotated[
    list[str] | None, typer.Option("--successor", help="OLD=NEW: who takes over from a unit that is gone; repeatable.")
]


class By(StrEnum):
    """Who may propose."""

    OFFICE = "office"
    CENTRE = "centre"


def add_to(app: typer.Typer) -> None:
    """Make these commands parts of another one."""
    app.command()(propose)
    app.command(name="dry-run")(dry_run)
    app.command()(provide)


def propose(
    folder: Folder,
    officer: Annotated[str, typer.Option(help="The number of the person who proposes.")],
    basis: Annotated[str, typer.Option(help="The document (文号) that it rests on.")],
    by: Annotated[By, typer.Option(help="Whose person this is.")] = By.OFFICE,
    effective_at: Annotated[str | None, typer.Option(help="From when on: an instant with its offset.")] = None,
    successor: Successors = None,
    json: Json = False,
) -> None:
    """Propose what the tables in a folder say otherwise than the directory; another person of the office confirms."""
    with or_wrong(json, "proposed"):
        draft = domain.draft(files(folder))
        said = {"officer": officer, "basis": basis, "effective_at": _instant(effective_at)}
        made = asyncio.run(_propose(draft, f"{by}/{officer}", said, _successors(successor)))
    say(_plain(made), json, lambda screen: screen.print(_sentence(made)))


def dry_run(
    folder: Folder,
    last: Annotated[int, typer.Option(min=1, max=MOST_TRIED, help="So many of the last tickets.")] = 10_000,
    successor: Successors = None,
    json: Json = False,
) -> None:
    """Show what the tables in a folder would have dispatched differently, and what would become of open tickets."""
    with or_wrong(json, "tried"):
        draft = domain.draft(files(folder))
        run = asyncio.run(_dry_run(draft, last, _successors(successor)))
    say(_plain_run(run), json, lambda screen: _show_run(screen, run))


def provide(json: Json = False) -> None:
    """Make topics and users for the new units of confirmed proposals; those that waited for that are in force then."""
    done, without_password = asyncio.run(_provide())
    said = {"provided": done, "without_password": list(without_password)}
    say(said, json, lambda screen: _show_provided(screen, done, without_password))


def _instant(said: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(said) if said else None
    except ValueError:
        raise Unable("--effective-at is an instant with its offset: 2026-12-01T00:00:00+08:00.") from None


def _successors(said: Sequence[str] | None) -> dict[str, str]:
    pairs = [one.partition("=") for one in said or ()]
    if any(not old or not new for old, _, new in pairs):
        raise Unable("--successor says OLD=NEW, the codes of two units.")
    return {old: new for old, _, new in pairs}


async def _propose(draft: Directory, by: str, said: Mapping[str, Any], successors: Mapping[str, str]) -> Proposal:
    async with opened() as work:
        changes = domain.difference(await usecases.directory(work), draft, successors)
        return (await usecases.propose(work, by, _proposed(said, changes))).proposal


def _proposed(said: Mapping[str, Any], changes: Sequence[Change]) -> ProposedChange:
    if not changes:
        raise Unable("Nothing is proposed: the directory says all of this already.")
    try:
        return ProposedChange(**said, changes=tuple(changes))
    except ValidationError as error:
        raise Unable(f"Nothing is proposed, {'; '.join(field_paths(error))}.") from None


async def _dry_run(draft: Directory, last: int, successors: Mapping[str, str]) -> DryRun:
    async with opened() as work:
        held = await usecases.directory(work)
        changes = domain.difference(held, draft, successors)
        made = domain.proposed(held, changes) if changes else held
        return await usecases.dry_run(work, held, made, last)


async def _provide() -> tuple[list[str], Sequence[str]]:
    async with opened() as work:
        units = await usecases.to_provide_for(work)
    without_password = await provide_for(units) if units else ()
    async with opened() as work:
        await usecases.provided(work, units)
    return units, without_password


def _plain(made: Proposal) -> dict[str, Any]:
    return {
        "proposal_id": str(made.proposal_id),
        "state": made.state,
        "by": made.by,
        "against": made.against,
        "changes": made.size,
    }


def _sentence(made: Proposal) -> str:
    return (
        f"Proposal {made.proposal_id}: {made.size} changes of version {made.against}, proposed by {made.by}. "
        "Another person of the office confirms it (POST /v1/directory/proposals/…/confirm)."
    )


def _plain_run(run: DryRun) -> dict[str, Any]:
    return {
        "examined": run.examined,
        "rerouted": [_plain_rerouted(one) for one in run.rerouted],
        "inherited": [asdict(one.affected) | {"successor": one.successor} for one in run.inherited],
    }


def _plain_rerouted(one: domain.Rerouted) -> dict[str, Any]:
    return {
        "matter": one.alike.matter,
        "place": one.alike.place,
        "now": domain.destination(one.now),
        "then": domain.destination(one.then),
        "tickets": one.alike.tickets,
        "ticket_ids": [str(id_) for id_ in one.alike.newest],
    }


def _show_run(screen: Console, run: DryRun) -> None:
    columns = ("matter", "place", "now", "then", "tickets", "for example")
    shown = [[*_plain_rerouted(one).values()] for one in run.rerouted]
    screen.print(table(columns, ([*values[:-1], values[-1][0]] for values in shown)))
    moved = sum(one.alike.tickets for one in run.rerouted)
    screen.print(f"{moved} of the last {run.examined} tickets would have gone elsewhere.")
    for one in run.inherited:
        to = one.successor or "the manual queue"
        screen.print(
            f"{one.affected.unit} ends: {one.affected.leads} open tickets to {to}, {one.affected.helps} parts."
        )


def _show_provided(screen: Console, units: Sequence[str], without_password: Sequence[str]) -> None:
    screen.print(f"Topics and users were made for {', '.join(units)}." if units else "No unit waits for topics.")
    show_without_password(screen, without_password)
