"""A service is a value: its name, settings, tables and doors. `main(service)` runs it."""

import argparse
import gc
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop
from fastapi import APIRouter

from chassis import db, telemetry
from chassis.consumer import Consumer
from chassis.errands import Errand
from chassis.jobs import Job
from chassis.running import DOORS, Running
from chassis.settings import Settings, UnusableSettings
from contracts.topics import package

_MOST_UNTIDY = 700_000
"""Objects; a process that never gets to tidying up does it when there are so many more than before."""


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that a service is. `kit` builds its equipment from its settings, once."""

    name: str
    settings: type[Settings]
    migrations: Path
    kit: Callable[[Any], Any]
    api: Sequence[APIRouter] = field(default=())
    consumers: Sequence[Consumer] = field(default=())
    jobs: Sequence[Job] = field(default=())
    errands: Sequence[Errand] = field(default=())


def main(service: Service, arguments: Sequence[str] | None = None) -> None:
    """`python -m <service>`: run its doors until SIGTERM, or with --migrate bring its tables up to date."""
    given = _arguments(service, arguments)
    try:
        settings = service.settings.read()
        telemetry.configure(service.name, level=settings.log_level, instance=settings.instance)
        if given.migrate:
            db.migrate(service.migrations, settings.database_url.get_secret_value())
            return
        telemetry.export_traces(service.name, settings.otlp_endpoint, instance=settings.instance)
        uvloop.run(Running(service, settings, given.doors).run(opened=_calm_collector))
    except (UnusableSettings, db.UnusableDatabase) as error:
        sys.exit(f"{service.name}: {error}")
    finally:
        telemetry.flush_traces()


def _arguments(service: Service, arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m {package(service.name)}", description=main.__doc__)
    parser.add_argument("--migrate", action="store_true", help="bring the tables up to date, and end")
    parser.add_argument(
        "--doors", type=_doors, default=DOORS, help=f"which of {','.join(DOORS)}; all of them if not given"
    )
    return parser.parse_args(arguments)


def _doors(written: str) -> tuple[str, ...]:
    doors = tuple(written.split(","))
    if unknown := set(doors) - set(DOORS):
        raise argparse.ArgumentTypeError(f"no door is called {', '.join(sorted(unknown))}")
    return doors


def _calm_collector() -> None:
    """What is there at start stays, and nothing is looked for in the middle of a batch: `Running` tidies up between.

    Measured: 23 % of a complaint's time went into looking at what the batch at hand still held.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MOST_UNTIDY, 50, 100)
