"""The fact about a message that a consumer could not take, told by that consumer on `<topic>.parked`.

It names where the message stood and why it was refused; the message and its key stay in the consumer's own table, for
they may hold anything. Every service may tell it: the envelope's source says which.
"""

from uuid import UUID

from contracts.base import Fact, Instant
from contracts.topics import parked


class MessageParked(Fact, type="message.parked.v1", topic="parked", producer="any", key="parked_id"):
    """A message was set aside with its reason; later ones of the same key wait behind it."""

    parked_id: UUID
    consumer: str
    topic: str
    partition: int
    offset: int
    code: str
    parked_at: Instant
    fields: tuple[str, ...] = ()

    @property
    def topics(self) -> tuple[str, ...]:
        """The parked topic of the topic where the message stood."""
        return (parked(self.topic),)
