"""The topic doors: the seven channels, each on its own topic."""

from collections.abc import Sequence

from chassis.consumer import Message, Messages
from chassis.work import Work
from contracts import topics
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
