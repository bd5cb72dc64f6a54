"""Declares what a service consumes.

complaints = Facts("complaints")

@complaints.batch
async def open_tickets(work: Work[Kit], facts: Sequence[ComplaintFact]) -> None: ...
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar

from chassis.work import CORRELATION, Called, Cause, Work, trace
from contracts import base
from contracts.refusals import Refused

MOST = 500
"""How many messages make up a batch at most, unless a consumer says otherwise."""

FAULT = "fact.fault"
"""The code of what met a bug."""

_NAME = re.compile(r"[a-z][a-z-]*")
_UNCLEAN = re.compile(r"[^\x20-\x7e]")

Handler = Callable[[Work[Any], Sequence[Any]], Awaitable[None]]
Declared = TypeVar("Declared", bound=Handler)


class Message(NamedTuple):
    """A record as Kafka holds it; `sent_at_ms` is its timestamp, Unix time in milliseconds."""

    topic: str
    partition: int
    offset: int
    sent_at_ms: int
    key: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    value: bytes | None


class Arrival(NamedTuple):
    """A message that could be read: what the handler gets of it, and what its effects follow from."""

    message: Message
    value: Any
    cause: Cause


class Facts:
    """Facts of one topic. Each has one effect, however often it comes; later ones of a parked key wait behind it.

    What was told later than now by more than `ahead` waits until then, as in an outage: one of two clocks is wrong.
    """

    ordered = True
    personal = False
    pattern = None
    rest = 0.0

    def __init__(self, topic: str, *, ahead: timedelta | None = None, most: int = MOST) -> None:
        self.name = topic
        self.most = most
        self.ahead = ahead
        self.topics = (topic,)
        self.handler: Handler = _undeclared

    def batch(self, handler: Declared) -> Declared:
        """Take this function for whole batches of facts, in order."""
        self.handler = handler
        return handler

    def read(self, message: Message) -> Arrival:
        """The fact in a message. Raises Refused as `contracts.base.read` does."""
        envelope = base.read(message.headers, message.value)
        return Arrival(message, envelope.fact, Cause.of(envelope))


class Messages:
    """Messages that are no facts of ours, each read by `parse`, which raises Refused for what it cannot accept.

    The use case recognises what is said twice by a key of its own, and a parked message holds nobody up. `personal`
    ones are sealed when they are parked. `pattern` stands for topics of which there may be more tomorrow.
    A batch holds at most `most`: where each is much work, large ones would hold up everything else in the process.
    After a full one nothing is taken for `rest` times as long as it took: a backlog leaves room for everything else.
    """

    ordered = False
    ahead = None

    def __init__(
        self,
        *topics: str,
        parse: Callable[[Message], Any],
        pattern: str | None = None,
        personal: bool = False,
        most: int = MOST,
        rest: float = 0.0,
    ) -> None:
        self.name = _NAME.findall(pattern or topics[0])[0]
        self.topics = topics
        self.pattern = pattern
        self.personal = personal
        self.most = most
        self.rest = rest
        self.handler: Handler = _undeclared
        self._parse = parse

    def batch(self, handler: Declared) -> Declared:
        """Take this function for whole batches of what `parse` gives, in order."""
        self.handler = handler
        return handler

    def read(self, message: Message) -> Arrival:
        """What `parse` makes of a message. Raises Refused as it does."""
        traced = trace(_said(message, "traceparent")) or trace(_said(message, "ce_traceparent"))
        called = Called(_id(message, "ce_id"), _id(message, "ce_correlationid"))
        return Arrival(message, self._parse(message), Cause(traceparent=traced, called=called))


Consumer = Facts | Messages


async def _undeclared(work: Work[Any], arrived: Sequence[Any]) -> None:
    raise LookupError("a consumer was declared without a @batch handler")


def _said(message: Message, header: str) -> str:
    """What a sender from outside wrote in a header; nothing when there is none."""
    said = next((value for name, value in message.headers if name.lower() == header and value), b"")
    return said.decode("ascii", "replace")


def _id(message: Message, header: str) -> str | None:
    """The id that a header holds, if it is one that may go back."""
    said = _said(message, header)
    return said if CORRELATION.fullmatch(said) else None


def unread(error: Exception) -> tuple[str, tuple[str, ...]]:
    """The code and the field paths under which something is parked that raised this."""
    if isinstance(error, Refused):
        fields = error.details.get("fields", ())
        return error.code, tuple(map(_clean, fields)) if isinstance(fields, list | tuple) else ()
    return FAULT, (type(error).__name__,)


def _clean(field: object) -> str:
    """A field path as it may be stored and told, whatever a sender named a field."""
    return _UNCLEAN.sub("?", str(field))[:200]
