"""`bbcs topics`: what exists and who may; `apply` makes it as declared, `rebuild` tells everything again."""

import asyncio
from collections.abc import Iterable
from typing import Annotated, Any

import typer
from rich.console import Console

from chassis.cli import rebuilding
from chassis.cli.cluster import Cluster
from chassis.cli.environment import login
from chassis.cli.inventory import Found, inventory
from chassis.cli.provision import Provisioned, provision
from chassis.cli.say import Json, say, table
from chassis.cli.units import units
from contracts.topics import DAY_MS, FOR_EVER, OPERATOR

app = typer.Typer(help="Topics: what exists, who may, how far everyone has read.", no_args_is_help=False)

Units = Annotated[
    str | None, typer.Option("--units", help="Unit codes with commas, beside those of the directory (also BBCS_UNITS).")
]


@app.callback(invoke_without_command=True)
def show(context: typer.Context, units_: Units = None, json: Json = False) -> None:
    """Show every topic: declared or not, who writes and reads it, how much is there, who is behind."""
    if context.invoked_subcommand is None:
        found = inventory(Cluster(login(OPERATOR)), asyncio.run(units(units_)))
        say([one.plain() for one in found], json, lambda screen: screen.print(_topics(found)))


@app.command()
def apply(units_: Units = None, json: Json = False) -> None:
    """Create topics, users and access rules as declared; what is as declared already is left alone."""
    done = provision(asyncio.run(units(units_)))
    say(_plain(done), json, lambda screen: _show_done(screen, done))


@app.command()
def rebuild(units_: Units = None, json: Json = False) -> None:
    """After Kafka lost its data: create everything again and tell every fact again, with the same ids."""
    done = provision(asyncio.run(units(units_)))
    again = asyncio.run(rebuilding.tell_again())
    say(_plain(done) | {"told_again": again}, json, lambda screen: _show_rebuilt(screen, done, again))


def _topics(found: Iterable[Found]) -> Any:
    columns = ("topic", "state", "partitions", "kept", "messages", "written by", "read by", "behind")
    return table(columns, map(_row, found))


def _row(one: Found) -> tuple[object, ...]:
    writers = ", ".join(one.declared.writers) if one.declared else None
    readers = ", ".join(_short(one.declared.readers)) if one.declared else None
    behind = ", ".join(f"{group} {count}" for group, count in one.lag.items())
    return one.name, one.state, one.partitions, _kept(one), one.messages, writers, readers, behind


def _short(readers: Iterable[str]) -> Iterable[str]:
    """The readers, with the seven channels as one word where all of them stand."""
    readers = list(readers)
    channels = [name for name in readers if name.startswith("channel.")]
    return readers if len(channels) < 2 else [*(name for name in readers if name not in channels), "channel.*"]


def _kept(one: Found) -> str | None:
    if one.compacted:
        return "newest of each key"
    if one.retention_ms is None:
        return None
    return "for ever" if one.retention_ms == FOR_EVER else f"{one.retention_ms / DAY_MS:g} days"


def _plain(done: Provisioned) -> dict[str, Any]:
    return {
        "changed": done.changed,
        "topics_created": list(done.created),
        "topics_altered": list(done.altered),
        "users_created": list(done.users),
        "rules_made": [_sentence(rule) for rule in done.allowed],
        "rules_removed": [_sentence(rule) for rule in done.disallowed],
        "without_password": list(done.without_password),
        "other_partitions": list(done.other_partitions),
    }


def _sentence(rule: Any) -> str:
    return f"{rule.principal} {rule.operation} {rule.resource} {rule.name}{'…' if rule.prefixed else ''}"


def _show_done(screen: Console, done: Provisioned) -> None:
    screen.print(
        f"{len(done.created)} topics created, {len(done.altered)} altered, {len(done.users)} users created, "
        f"{len(done.allowed)} access rules made, {len(done.disallowed)} removed"
        if done.changed
        else "Everything is as declared."
    )
    if done.without_password:
        screen.print(f"Without a password, so that they cannot sign in: {', '.join(done.without_password)}")
    if done.other_partitions:
        screen.print(f"Not as many partitions as declared, left alone: {', '.join(done.other_partitions)}")


def _show_rebuilt(screen: Console, done: Provisioned, again: dict[str, int]) -> None:
    _show_done(screen, done)
    screen.print(table(("service", "facts that its relay tells again"), again.items()))
