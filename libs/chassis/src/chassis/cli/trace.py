"""`bbcs trace`: the whole course of a complaint, from its channel on, over all services."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console

from chassis.cli import traced
from chassis.cli.course import Step, Told, course
from chassis.cli.failure import Unable
from chassis.cli.say import Json, say, table
from chassis.cli.tail import says
from chassis.cli.traced import Found
from contracts.base import rfc3339

Shown = dict[str, Any]

_COLUMNS = ("at", "told later by", "producer", "colour", "what", "says")
_LEFT_OUT = frozenset(("told_to", "candidates", "answers", "version", "directory_version", "policy", "calendar"))
"""What a table has no room for, beside the ids of things; as JSON it is there."""
_STEP = "  "


def trace(
    complaint: Annotated[UUID, typer.Argument(help="The id of a complaint, or of its ticket.")], json: Json = False
) -> None:
    """Show every fact about a complaint in the order of cause and effect: since when, who told it, under which colour.

    What followed from a fact stands further to the right. One that goes on in another one's ticket is shown with that.
    """
    found = asyncio.run(traced.everywhere(str(complaint)))
    steps = course(found.told.values())
    if not steps:
        raise Unable(" ".join((f"Nothing was told of {complaint}: complaints and tickets are known.", _missing(found))))
    say(_plain(steps, found), json, lambda screen: _show(screen, steps))
    if found.missing:
        raise Unable(f"This is not all. {_missing(found)}")


def _missing(found: Found) -> str:
    return " ".join(why for _, why in sorted(found.missing.items()))


def _plain(steps: Sequence[Step], found: Found) -> Shown:
    missing = [{"service": service, "why": why} for service, why in sorted(found.missing.items())]
    return _things(steps) | {"facts": [_fact(step) for step in steps], "missing": missing}


def _things(steps: Sequence[Step]) -> Shown:
    """The ids of the complaints and tickets that are shown, in order."""
    named = {name: [getattr(step.told.fact, name, None) for step in steps] for name in ("complaint_id", "ticket_id")}
    complaints, tickets = (list(dict.fromkeys(str(one) for one in ids if one)) for ids in named.values())
    return {"complaints": complaints, "tickets": tickets}


def _fact(step: Step) -> Shown:
    told, lit = step.told, step.lit
    return {
        "at": rfc3339(told.at),
        "told_at": rfc3339(told.told_at),
        "producer": told.producer,
        "colour": lit.light if lit else None,
        "clock": lit.clock if lit else None,
        "topics": list(told.topics),
        "type": told.type,
        "key": told.key,
        "sequence": told.sequence,
        "id": told.id,
        "causation": told.causation,
        "depth": step.depth,
        "fact": told.fact.model_dump(mode="json") if told.fact else None,
    }


def _show(screen: Console, steps: Sequence[Step]) -> None:
    things = _things(steps)
    screen.print(f"complaint {', '.join(things['complaints'])}   ticket {', '.join(things['tickets']) or 'none'}")
    screen.print(table(_COLUMNS, map(_cells, steps)))


def _cells(step: Step) -> tuple[object, ...]:
    told = step.told
    what = f"{_STEP * step.depth}{told.type}"
    return rfc3339(told.at), _later(step), told.producer, _colour(step), what, _says(told)


def _says(told: Told) -> str:
    if told.fact is None:
        return "is not known here"
    said = told.fact.model_dump(mode="json")
    return says(told.type, said, _LEFT_OUT | {name for name in said if name.endswith("_id")})


def _later(step: Step) -> str | None:
    """How long after it was so it was told; nothing below a second."""
    seconds = int((step.told.told_at - step.told.at).total_seconds())
    return f"{seconds} s" if seconds else None


def _colour(step: Step) -> str | None:
    """Of the handle clock unless another one's name stands before it."""
    if step.lit is None:
        return None
    return step.lit.light if step.lit.clock == "handle" else f"{step.lit.clock} {step.lit.light}"
