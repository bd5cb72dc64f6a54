"""`bbcs alerts`: who is told of lights, how that goes, and silence for a while."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console

from chassis.cli.say import Json, say, table
from chassis.work import Work
from contracts.base import rfc3339
from contracts.vocabulary import Light
from sla_monitor import usecases
from sla_monitor.cli import silences
from sla_monitor.cli.opening import Officer, Unit, carry_out, officer, reason
from sla_monitor.domain import Recipient, RecipientKind, Standing
from sla_monitor.usecases import Kit

app = typer.Typer(help="Who is told of lights: recipients, refused messages, silence.", no_args_is_help=True)
silences.add_to(app)

Name = Annotated[str, typer.Argument(help="What the recipient is called: hrss-duty.")]
Lights = Annotated[list[Light] | None, typer.Option("--light", help="yellow, red, overdue; red and overdue if none.")]
Webhook = Annotated[str | None, typer.Option(help="The URL that is called.")]
Sms = Annotated[str | None, typer.Option(help="The duty number that the SMS gateway knows: no telephone number.")]
Keys = Annotated[
    list[str] | None, typer.Option("--key", help="The id of a key that calls are signed by; two while it changes.")
]
_LATE = (Light.RED, Light.OVERDUE)


@app.command(name="list")
def list_(json: Json = False) -> None:
    """Show everybody who is told, what waits for them, and which message is not there yet and why."""
    found = carry_out(usecases.recipients.recipients)
    say([_standing(one) for one in found], json, lambda screen: _show(screen, found))


@app.command()
def add(
    name: Name,
    by: Officer,
    webhook: Webhook = None,
    key: Keys = None,
    sms: Sms = None,
    unit: Unit = None,
    light: Lights = None,
    json: Json = False,
) -> None:
    """Tell somebody more from now on: of a unit's clocks, or of the whole district's."""
    kind = RecipientKind.WEBHOOK if sms is None else RecipientKind.SMS
    made = Recipient(name, kind, webhook or sms or "", tuple(light or _LATE), unit, tuple(key or ()))
    who = officer(by)
    carry_out(lambda work: usecases.recipients.add(work, made, who))
    say(_plain(made), json, lambda screen: screen.print(f"{name} is told from now on."))


@app.command()
def change(
    name: Name,
    by: Officer,
    webhook: Webhook = None,
    key: Keys = None,
    sms: Sms = None,
    unit: Annotated[str | None, typer.Option(help="Of this unit's clocks; - is the whole district's.")] = None,
    light: Lights = None,
    json: Json = False,
) -> None:
    """Change where somebody is told, or of what; what is not named stays. An open message goes to the new address."""
    said = {"address": webhook or sms, "keys": tuple(key or ()), "unit": unit, "lights": tuple(light or ())}
    asked: dict[str, Any] = {field: None if value == "-" else value for field, value in said.items() if value}
    who = officer(by)
    changed = carry_out(lambda work: _change(work, name, asked, who))
    say(_plain(changed), json, lambda screen: screen.print(f"{name} is changed."))


async def _change(work: Work[Kit], name: str, asked: dict[str, Any], by: str) -> Recipient:
    changed = (await usecases.recipients.recipient(work, name))._replace(**asked)
    await usecases.recipients.change(work, changed, by)
    return changed


@app.command()
def remove(name: Name, by: Officer, json: Json = False) -> None:
    """Tell somebody nothing more; what was told stays on record."""
    who = officer(by)
    carry_out(lambda work: usecases.recipients.remove(work, name, who))
    say({"removed": name}, json, lambda screen: screen.print(f"{name} is told nothing more."))


@app.command()
def retry(name: Name, by: Officer, json: Json = False) -> None:
    """Send a message again that the recipient refused, under the same id."""
    who = officer(by)
    message_id = carry_out(lambda work: usecases.recipients.retry(work, name, who))
    say({"message_id": message_id}, json, lambda screen: screen.print(f"{message_id} will be sent again."))


@app.command()
def dismiss(
    name: Name,
    by: Officer,
    why: Annotated[str, typer.Option("--reason", help="Why it is given up; kept in the audit trail.")],
    json: Json = False,
) -> None:
    """Give up a message that the recipient refused; what came since is told by the next one."""
    who, words = officer(by), reason(why)
    message_id = carry_out(lambda work: usecases.recipients.dismiss(work, name, who, words))
    say({"message_id": message_id}, json, lambda screen: screen.print(f"{message_id} is dismissed."))


def _plain(one: Recipient) -> dict[str, Any]:
    where = {"webhook": one.address, "keys": one.keys} if one.kind is RecipientKind.WEBHOOK else {"sms": one.address}
    return {"name": one.name, "kind": one.kind, "unit": one.unit, "lights": one.lights, **where}


def _standing(one: Standing) -> dict[str, Any]:
    message = one.message._asdict() if one.message else None
    if message and one.message and one.message.answered_at:
        message["answered_at"] = rfc3339(one.message.answered_at)
    return {
        **_plain(one.recipient),
        "waiting": one.waiting,
        "told_at": rfc3339(one.told_at) if one.told_at else None,
        "failures": one.failures,
        "again_at": rfc3339(one.again_at) if one.again_at else None,
        "message": message,
    }


def _show(screen: Console, found: Sequence[Standing]) -> None:
    columns = ("name", "kind", "unit", "lights", "to", "waiting", "told", "message", "answered", "tried", "again")
    screen.print(table(columns, map(_cells, found)))


def _cells(one: Standing) -> tuple[object, ...]:
    who, message = one.recipient, one.message
    open_ = (message.state, message.status or message.code, message.attempts) if message else (None, None, None)
    told, again = (rfc3339(at) if at else None for at in (one.told_at, one.again_at))
    return (who.name, who.kind, who.unit, ",".join(who.lights), who.address, one.waiting, told, *open_, again)
