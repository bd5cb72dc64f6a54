"""A service as a process of its own, for what only a process can show. `python lonely.py <topic> [--migrate …]`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from chassis.consumer import Facts
from chassis.db import rows
from chassis.service import Service, main
from chassis.settings import Settings
from chassis.work import Work
from contracts.complaints import ComplaintRegistered

complaints = Facts(sys.argv[1])


class LonelySettings(Settings, service="lonely"):
    """The settings of the tests' service."""


@complaints.batch
async def note(work: Work[None], facts: Sequence[ComplaintRegistered]) -> None:
    """One effect for each complaint; a first one that says so takes long."""
    if any(fact.matter_code == "000000000001" for fact in facts):
        await rows(work.session, "SELECT pg_sleep(2)")
    ids = [fact.complaint_id for fact in facts]
    await rows(work.session, "INSERT INTO effect (complaint_id) SELECT * FROM unnest(CAST(:ids AS uuid[]))", ids=ids)


service = Service(
    name="lonely",
    settings=LonelySettings,
    migrations=Path(__file__).parent / "migrations",
    kit=lambda _: None,
    consumers=(complaints,),
)

if __name__ == "__main__":
    main(service, sys.argv[2:])
