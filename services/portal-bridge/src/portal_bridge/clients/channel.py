"""`channels.city-exit`: by which complaints go to intake, in batches."""

from collections.abc import Sequence

from chassis.kafka import Producer, Record
from contracts.topics import CHANNELS
from contracts.vocabulary import Channel as Named

_TOPIC = dict(zip(Named, CHANNELS, strict=True))[Named.CITY_EXIT].name


class Channel:
    """Hands complaints on; what it sends is acknowledged by all replicas when `send` ends."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer

    async def send(self, complaints: Sequence[tuple[str, bytes]]) -> None:
        """Send bodies by their keys, in order, each at least once. Raises what stood in the way: send them again."""
        await self._producer.send([Record(_TOPIC, key.encode(), [], body) for key, body in complaints])
