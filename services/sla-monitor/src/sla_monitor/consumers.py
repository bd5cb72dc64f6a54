"""The topic door: tickets as they live, and who asks their reporters again."""

from collections.abc import Sequence
from datetime import timedelta

from chassis.consumer import Facts
from chassis.work import Work
from contracts import topics
from contracts.revisits import RevisitFact
from contracts.tickets import TicketFact
from sla_monitor import usecases
from sla_monitor.usecases import Kit

_AHEAD = timedelta(minutes=5)
"""With the teller's clock ahead of ours by more it waits: neither of the two is to turn a light by it (rules 4.7)."""

tickets = Facts(topics.TICKETS.name, ahead=_AHEAD, most=2_000)
revisits = Facts(topics.REVISITS.name, ahead=_AHEAD, most=2_000)


@tickets.batch
async def follow_tickets(work: Work[Kit], facts: Sequence[TicketFact]) -> None:
    """Start, move and stop clocks as tickets live."""
    await usecases.follow(work, facts)


@revisits.batch
async def follow_revisits(work: Work[Kit], facts: Sequence[RevisitFact]) -> None:
    """Start and stop the clocks of those who ask again, and of those who have to rectify."""
    await usecases.follow(work, facts)
