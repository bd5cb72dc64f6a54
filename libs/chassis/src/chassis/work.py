"""One piece of work: what a door gives to a use case, in one transaction that the chassis opens and commits."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from chassis.clock import new_id
from chassis.db import Session
from chassis.telemetry import traceparent
from contracts.base import Envelope, Fact

Kit = TypeVar("Kit")
"""A service's own equipment: a frozen dataclass in its `usecases.py`, built once by `app.py`."""

LARGEST_BODY = 512 * 1024
"""Bytes of a fact. A larger one would stop the relay for ever, so it fails where it is told."""

TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
CORRELATION = re.compile(r"[A-Za-z0-9._:-]{1,128}")
"""Whatever else a sender from outside writes there may be anything: it goes no further (rules 7)."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What a fact follows from: another fact, or somebody's request or message with its trace.

    `called` is what the sender of a message that is no fact of ours calls it; only an answer to it says that.
    `sequence` counts the facts of its topic and key, from 1; `told_at` is by the clock of who told it.
    """

    fact_id: UUID | None = None
    correlation: str | None = None
    traceparent: str | None = None
    sequence: int | None = None
    told_at: datetime | None = None
    called: "Called | None" = None

    @classmethod
    def of(cls, envelope: Envelope) -> "Cause":
        """What the effects of a fact follow from."""
        correlation = envelope.correlation if CORRELATION.fullmatch(envelope.correlation) else envelope.key
        return cls(envelope.id, correlation, trace(envelope.traceparent), envelope.sequence, envelope.time)


def trace(said: str | None) -> str | None:
    """The trace that was said, if it is one."""
    return said if said and TRACEPARENT.fullmatch(said) else None


class Called(NamedTuple):
    """What a sender from outside calls its message, and the matter that it belongs to."""

    id: str | None
    correlation: str | None


class Told(NamedTuple):
    """A fact on its way into the log, once for each of its topics; its fields are the log's columns."""

    id: UUID
    topic: str
    key: str
    type: str
    correlation: str
    causation: str | None
    traceparent: str | None
    body: bytes


class Work(Generic[Kit]):
    """A transaction's session, the instant at which it began, and a way to tell what happened.

    `until` is the instant up to which a job may take time to have passed (see `chassis.jobs`); elsewhere it is now.
    `causes` tells of each thing in the batch, by identity, what its effects follow from.
    """

    def __init__(self, session: Session, now: datetime, kit: Kit, causes: Mapping[int, Cause] | None = None) -> None:
        self.session = session
        self.now = self.until = now
        self.kit = kit
        self._causes = dict(causes or {})
        self._fetched: list[Fact] = []
        self._told: list[Told] = []
        self._by_itself: Cause | None = None

    def new_id(self) -> UUID:
        """A new id (uuid7) of this instant, greater than every one before."""
        return new_id(self.now)

    def take_up(self, envelope: Envelope) -> Fact:
        """A fact that did not come with the batch, as if it had: what is told because of it follows from it."""
        self._fetched.append(envelope.fact)  # things are known by identity, so it has to stay
        self._causes[id(envelope.fact)] = Cause.of(envelope)
        return envelope.fact

    def sequence(self, thing: object) -> int | None:
        """The how-manieth fact of its topic and key this thing of the batch is, without gaps; None if it is none."""
        cause = self._causes.get(id(thing))
        return cause.sequence if cause else None

    def tell(
        self, *facts: Fact, because: object = None, correlation: str | None = None, answering: bool = False
    ) -> None:
        """Write the facts into the service's log when the transaction commits, in this order, for all of their topics.

        `because` is the thing of this batch that they follow from: its correlation and trace are handed on. Without
        one, `correlation` (else a fact's own key) says what they belong to. `answering` facts go to the sender of a
        message alone, and keep what it calls that.
        """
        cause = self._causes.get(id(because)) or self._itself()
        causation = str(cause.fact_id) if cause.fact_id else None
        called = (answering and cause.called) or Called(causation, cause.correlation)
        for fact in facts:
            self._tell(fact, called.id, called.correlation or correlation, cause.traceparent)

    def _itself(self) -> Cause:
        """What is told because of nothing in the batch follows from the trace that the work is a part of."""
        if self._by_itself is None:
            self._by_itself = Cause(traceparent=traceparent())
        return self._by_itself

    def _tell(self, fact: Fact, causation: str | None, correlation: str | None, trace: str | None) -> None:
        key, body, fact_id = fact.key, fact.model_dump_json().encode(), self.new_id()
        if len(body) > LARGEST_BODY:
            raise ValueError(f"{fact.TYPE} is too large to be told: facts carry ids, codes and times")
        for topic in fact.topics:
            self._told.append(Told(fact_id, topic, key, fact.TYPE, correlation or key, causation, trace, body))

    @property
    def told(self) -> Sequence[Told]:
        """What was told so far."""
        return self._told
