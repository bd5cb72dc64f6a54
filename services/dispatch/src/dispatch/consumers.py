"""The topic door: complaints that intake registered."""

from collections.abc import Sequence

from chassis.consumer import Facts
from chassis.work import Work
from contracts import topics
from contracts.complaints import ComplaintFact
from dispatch import usecases
from dispatch.usecases import Kit

complaints = Facts(topics.COMPLAINTS.name)


@complaints.batch
async def open_tickets(work: Work[Kit], facts: Sequence[ComplaintFact]) -> None:
    """Open tickets for what was registered."""
    await usecases.open_tickets(work, facts)
