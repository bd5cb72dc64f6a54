"""Facts and their envelope: CloudEvents 1.0, Kafka protocol binding, binary content mode.

The mapping to headers is written out here because the SDK costs ten times as much in the hot path; the conformance
tests read every message with the independent SDK.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer, ValidationError

from contracts.refusals import Refused


@lru_cache(maxsize=1024)
def rfc3339(instant: datetime) -> str:
    """The instant in UTC with milliseconds, as topics and APIs write it: 2026-11-25T01:02:03.004Z."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Instant = Annotated[AwareDatetime, PlainSerializer(rfc3339, when_used="json")]
"""A moment with its zone; written in UTC with milliseconds."""


class Value(BaseModel):
    """A frozen value inside a fact."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Fact(BaseModel):
    """Something that happened, told by one producer on one topic (and on those that `topics` adds).

    Subclasses are declared as `class TicketOpened(Fact, type="ticket.opened.v1", topic="tickets", producer="dispatch",
    key="ticket_id")`. A field may be added with a default; anything else is a v2 beside it. Unknown fields are ignored,
    so that older readers survive newer writers.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    TYPE: ClassVar[str]
    TOPIC: ClassVar[str]
    PRODUCER: ClassVar[str]
    KEY: ClassVar[str]

    def __init_subclass__(cls, *, type: str = "", topic: str = "", producer: str = "", key: str = "") -> None:
        """A class without a type is no fact: it holds what several have in common."""
        super().__init_subclass__()
        if not type:
            return
        if type in FACTS:
            raise TypeError(f"two facts are called {type}")
        cls.TYPE, cls.TOPIC, cls.PRODUCER, cls.KEY = type, topic, producer, key
        FACTS[type] = cls

    @property
    def key(self) -> str:
        """The id of the thing that it happened to: the Kafka key, so that order per thing holds."""
        return str(getattr(self, self.KEY))

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic that the fact is told on."""
        return (self.TOPIC,)

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """The fact out of its JSON body. Raises pydantic.ValidationError."""
        return cls.model_validate_json(body)


FACTS: dict[str, type[Fact]] = {}
"""Every fact by its type; filled as the modules of facts are imported (`contracts.facts`)."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A fact as it travels: its id, when it was told, and what it followed from."""

    id: UUID
    time: datetime
    key: str
    sequence: int
    correlation: str
    causation: str | None
    traceparent: str | None
    fact: Fact


def headers(  # noqa: PLR0913, PLR0917 - one argument per header
    source: str,
    type_: str,
    id_: UUID,
    time: datetime,
    key: str,
    sequence: int,
    correlation: str,
    causation: str | None,
    traceparent: str | None,
) -> list[tuple[str, bytes]]:
    """The CloudEvents headers of a fact told by the service `source`; `sequence` counts 1, 2, 3 … per topic and key."""
    written = [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(id_).encode()),
        ("ce_source", b"/bbcs/" + source.encode()),
        ("ce_type", type_.encode()),
        ("ce_time", rfc3339(time).encode()),
        ("ce_subject", key.encode()),
        ("ce_partitionkey", key.encode()),
        ("ce_sequence", b"%d" % sequence),
        ("ce_correlationid", correlation.encode()),
        ("content-type", b"application/json"),
    ]
    if causation is not None:
        written.append(("ce_causationid", causation.encode()))
    if traceparent is not None:
        written.append(("ce_traceparent", traceparent.encode()))
    return written


def read(headers: Iterable[tuple[str, bytes | None]], body: bytes | None) -> Envelope:
    """The envelope out of a raw Kafka record.

    Raises Refused: `fact.not-an-event` without usable CloudEvents headers, and as `parsed` does.
    """
    said = {name: value for name, value in headers if value is not None}
    return _envelope(said, parsed(_text(said, "ce_type"), body or b""))


def parsed(type_: str, body: bytes) -> Fact:
    """The fact of a type out of its body.

    Raises Refused: `fact.unknown-type` for a type or version that this reader does not know, `fact.unreadable` for a
    body that its model refuses.
    """
    fact_type = FACTS.get(type_)
    if fact_type is None:
        raise Refused("fact.unknown-type")
    try:
        return fact_type.parse(body)
    except ValidationError as error:
        raise Refused("fact.unreadable", fields=field_paths(error)) from None


def _envelope(said: dict[str, bytes], fact: Fact) -> Envelope:
    try:
        return Envelope(
            id=UUID(_text(said, "ce_id")),
            time=datetime.fromisoformat(_text(said, "ce_time")),
            key=fact.key,
            sequence=int(_text(said, "ce_sequence")),
            correlation=_text(said, "ce_correlationid"),
            causation=_text(said, "ce_causationid") if "ce_causationid" in said else None,
            traceparent=_text(said, "ce_traceparent") if "ce_traceparent" in said else None,
            fact=fact,
        )
    except ValueError:
        raise Refused("fact.not-an-event") from None


def _text(said: dict[str, bytes], name: str) -> str:
    try:
        return said[name].decode("ascii")
    except (KeyError, UnicodeDecodeError):
        raise Refused("fact.not-an-event", header=name) from None


def field_paths(error: ValidationError) -> list[str]:
    """Where a model refused its input and why, as `path: kind`; never what stood there (rules 7)."""
    return [f"{'.'.join(map(str, one['loc'])) or '-'}: {one['type']}" for one in error.errors(include_input=False)][:20]
