"""How a service's log of facts is read over HTTP: `GET /v1/log/{topic}/{key}` (decision 0023)."""

import json
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from contracts.base import Envelope, Instant, Value, parsed
from contracts.refusals import Refused

MOST = 500
"""Facts that a page holds at most."""


class LoggedFact(Value):
    """A fact as the service that told it keeps it; `sequence` counts the facts of its topic and key, from 1."""

    sequence: Annotated[int, Field(ge=1)]
    id: UUID
    type: str
    at: Instant
    correlation: str
    causation: str | None
    body: dict[str, Any]

    def envelope(self) -> Envelope:
        """The fact as it travels. Raises Refused as `contracts.base.parsed` does."""
        fact = parsed(self.type, json.dumps(self.body, ensure_ascii=False).encode())
        return Envelope(self.id, self.at, fact.key, self.sequence, self.correlation, self.causation, None, fact)


class LogPage(Value):
    """Facts of one topic and key in order, as many as a page holds.

    `last` is the number of the newest that was told, 0 when there was none: what is missing up to it is on a next page.
    """

    topic: str
    key: str
    facts: tuple[LoggedFact, ...]
    last: int


def one_more(followed: int, number: int | None) -> int | None:
    """How many facts of a thing are followed after the one of this number; None if that was followed already.

    A fact without a number is the next one. Raises Refused("fact.gap") where one before it is missing.
    """
    if number is None or number == followed + 1:
        return followed + 1
    if number > followed:
        raise Refused("fact.gap")
    return None
