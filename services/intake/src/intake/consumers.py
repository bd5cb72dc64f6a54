"""The topic doors: the seven channels, each on its own topic, what becomes of their tickets, the directory."""

from collections.abc import Sequence

from chassis.consumer import Facts, Message, Messages
from chassis.work import Work
from contracts import topics
from contracts.directory import DirectoryFact
from contracts.tickets import TicketFact
from contracts.vocabulary import Channel
from intake import domain, usecases
from intake.domain import Submission
from intake.usecases import Kit

_CHANNELS = {topic.name: channel for topic, channel in zip(topics.CHANNELS, Channel, strict=True)}


def submission(message: Message) -> Submission:
    """What the channel says, whose topic alone it can write to. Raises Refused as `domain.read` does."""
    return domain.read(_CHANNELS[message.topic], message.value)


channels = Messages(*_CHANNELS, parse=submission, personal=True)


@channels.batch
async def register(work: Work[Kit], submissions: Sequence[Submission]) -> None:
    """Register what the channels say."""
    await usecases.register(work, submissions)


tickets = Facts(topics.TICKETS.name)


@tickets.batch
async def follow(work: Work[Kit], facts: Sequence[TicketFact]) -> None:
    """Keep which units take part."""
    await usecases.follow(work, facts)


directory = Facts(topics.DIRECTORY.name)


@directory.batch
async def list_entries(work: Work[Kit], facts: Sequence[DirectoryFact]) -> None:
    """Take what matters are called, and who owns them where."""
    await usecases.ranking.list_entries(work, facts)
