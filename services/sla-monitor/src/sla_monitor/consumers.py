"""The topic door: tickets as they live."""

from collections.abc import Sequence
from datetime import timedelta

from chassis.consumer import Facts
from chassis.work import Work
from contracts import topics
from contracts.tickets import TicketFact
from sla_monitor import usecases
from sla_monitor.usecases import Kit

tickets = Facts(topics.TICKETS.name, ahead=timedelta(minutes=5), most=1_000)
"""With dispatch's clock ahead of ours by more it waits: neither of the two is to turn a light by it (rules 4.7)."""


@tickets.batch
async def follow_tickets(work: Work[Kit], facts: Sequence[TicketFact]) -> None:
    """Start, move and stop clocks as tickets live."""
    await usecases.follow(work, facts)
