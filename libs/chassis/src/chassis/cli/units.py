"""Which units there are: those that are named, and those of dispatch's directory when its database answers."""

import os
from collections.abc import Iterable

from chassis.cli.databases import transaction
from chassis.cli.failure import Unable
from chassis.cli.provision import units_named
from chassis.db import rows
from contracts.topics import DIRECTORY

VARIABLE = "BBCS_UNITS"

_PREFIX = "unit."
_LISTED = "SELECT key FROM log_key WHERE topic = :topic AND starts_with(key, :prefix)"


async def units(said: str | None) -> list[str]:
    """The codes of all units: those said (or in BBCS_UNITS) and every one that the directory has told of."""
    return sorted({*units_named(said or os.environ.get(VARIABLE)), *await _in_directory()})


async def _in_directory() -> Iterable[str]:
    """The units of the directory, those no longer listed too: their topics stay. Nothing while there is no database."""
    (producer,) = DIRECTORY.writers
    try:
        async with transaction(producer) as session:
            found = await rows(session, _LISTED, topic=DIRECTORY.name, prefix=_PREFIX)
    except Unable:
        return ()
    return [row.key.removeprefix(_PREFIX) for row in found]
