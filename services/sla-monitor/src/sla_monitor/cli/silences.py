"""`bbcs alerts silence`: nobody is told of a unit's clocks, or of any, until a time that has to be said."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console

from chassis.cli.failure import Unable
from chassis.cli.say import Json, say, table
from contracts.base import rfc3339
from sla_monitor import usecases
from sla_monitor.cli.opening import Officer, Unit, carry_out, officer, reason
from sla_monitor.domain import SHANGHAI, Silence


def add_to(app: typer.Typer) -> None:
    """Give the command its parts about silence."""
    for part in (silence, silences, unsilence):
        app.command()(part)


def silence(
    until: Annotated[str, typer.Option(help="When it ends: 2026-11-30T09:00, in Shanghai, or with an offset.")],
    why: Annotated[str, typer.Option("--reason", help="Why nobody is told; kept in the audit trail.")],
    by: Officer,
    unit: Unit = None,
    json: Json = False,
) -> None:
    """Tell nobody of a unit's clocks, or of any, until then; what still holds then comes at once."""
    end, words, who = _instant(until), reason(why), officer(by)
    made = carry_out(lambda work: usecases.recipients.silence(work, unit, end, words, who))
    say(_plain(made), json, lambda screen: _show(screen, [made]))


def silences(json: Json = False) -> None:
    """Show the silences that last."""
    found = carry_out(usecases.recipients.silences)
    say([_plain(one) for one in found], json, lambda screen: _show(screen, found))


def unsilence(
    silence_id: Annotated[UUID, typer.Argument(help="bbcs alerts silences shows it.")], by: Officer, json: Json = False
) -> None:
    """End a silence before its time."""
    who = officer(by)
    carry_out(lambda work: usecases.recipients.end_silence(work, silence_id, who))
    say({"ended": silence_id}, json, lambda screen: screen.print(f"{silence_id} has ended."))


def _instant(said: str) -> datetime:
    try:
        read = datetime.fromisoformat(said)
    except ValueError:
        raise Unable("--until is written 2026-11-30T09:00.") from None
    return read if read.tzinfo else read.replace(tzinfo=SHANGHAI)


def _plain(one: Silence) -> dict[str, Any]:
    return one._asdict() | {"since": rfc3339(one.since), "until": rfc3339(one.until)}


def _show(screen: Console, found: Sequence[Silence]) -> None:
    rows = ((one.silence_id, one.unit or "district", rfc3339(one.until), one.by, one.reason) for one in found)
    screen.print(table(("id", "of", "until", "by", "reason"), rows))
