"""The topic doors: what the city writes itself, what becomes of its tickets, the directory."""

from collections.abc import Sequence

from chassis.consumer import Facts, Message, Messages
from chassis.web import strict
from chassis.work import Work
from contracts import topics
from contracts.directory import DirectoryFact
from contracts.refusals import Refused
from contracts.tickets import TicketFact
from contracts.vocabulary import FeedbackWay
from portal_bridge import usecases
from portal_bridge.usecases import Kit, Said


def said(message: Message) -> Said:
    """What the city says, if it is JSON. Raises Refused("request.not-json")."""
    try:
        return Said(FeedbackWay.TOPIC, strict.read(message.value or b""))
    except strict.NotStrict:
        raise Refused("request.not-json") from None


feedback = Messages(topics.CITY_EXIT_FEEDBACK.name, parse=said, personal=True)


@feedback.batch
async def take(work: Work[Kit], batch: Sequence[Said]) -> None:
    """Take what the city says; what is refused is kept with its reason."""
    await usecases.take(work, batch)


tickets = Facts(topics.TICKETS.name)


@tickets.batch
async def follow(work: Work[Kit], facts: Sequence[TicketFact]) -> None:
    """Have the city told what becomes of its items."""
    await usecases.replying.follow(work, facts)


directory = Facts(topics.DIRECTORY.name)


@directory.batch
async def list_units(work: Work[Kit], facts: Sequence[DirectoryFact]) -> None:
    """Take the units' credit codes."""
    await usecases.replying.list_units(work, facts)
