"""The topic doors: tickets as they close and open again, what reporters say themselves, units, and the calendar."""

from collections.abc import Sequence

from chassis.consumer import Facts
from chassis.work import Work
from contracts import topics
from contracts.calendar import CalendarFact
from contracts.complaints import ComplaintFact
from contracts.directory import DirectoryFact
from contracts.tickets import TicketFact
from revisit import usecases
from revisit.usecases import Kit

tickets = Facts(topics.TICKETS.name)


@tickets.batch
async def follow_tickets(work: Work[Kit], facts: Sequence[TicketFact]) -> None:
    """Plan who asks the reporter again."""
    await usecases.follow(work, facts)


complaints = Facts(topics.COMPLAINTS.name)


@complaints.batch
async def hear_reporters(work: Work[Kit], facts: Sequence[ComplaintFact]) -> None:
    """Keep what reporters say themselves."""
    await usecases.hear(work, facts)


directory = Facts(topics.DIRECTORY.name)


@directory.batch
async def list_units(work: Work[Kit], facts: Sequence[DirectoryFact]) -> None:
    """Keep which units are dissolved."""
    await usecases.inheriting.list_units(work, facts)


calendar = Facts(topics.CALENDAR.name)


@calendar.batch
async def set_days(work: Work[Kit], facts: Sequence[CalendarFact]) -> None:
    """Keep what each date is."""
    await usecases.set_days(work, facts)
