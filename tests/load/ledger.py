"""Remembers what was said, sees what is told, and judges whether one follows from the other.

Nothing here is shared with the services. A fact may come again with its id, as after the crash of a relay; anything
else that is missing, doubled, out of order or not asked for is a violation.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, starmap
from typing import Any, Protocol

import orjson
from tests.load.complaints import At, Parked, Registered, Said, milliseconds

_MOST_TOLD = 20


class Record(Protocol):
    """What is used of a Kafka record."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Iterable[tuple[str, bytes]]


@dataclass(slots=True)
class Stream:
    """What was told of one key on one topic: the ids in the order of their sequence, and where it stands."""

    partition: int
    ids: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class Life:
    """What was told of one complaint and its ticket."""

    registered: list[dict[str, Any]] = field(default_factory=list)
    opened: list[dict[str, Any]] = field(default_factory=list)
    decided: list[dict[str, Any]] = field(default_factory=list)
    delivered: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


class Ledger:
    """What must happen, and what did."""

    def __init__(self) -> None:
        self._must: dict[At, Registered] = {}
        self._must_park: dict[tuple[str, bytes, bytes | None], str] = {}
        self._injected: dict[tuple[str, int, int], str] = {}
        self._parked: dict[tuple[str, int, int], list[str]] = defaultdict(list)
        self._lives: dict[str, Life] = defaultdict(Life)
        self._streams: dict[tuple[str, bytes], Stream] = {}
        self._odd: list[str] = []
        self.decided = 0
        self.repeated = 0

    def expect(self, said: Said) -> None:
        """Remember what must become of a message."""
        match said.outcome:
            case Registered() as outcome:
                self._must[outcome.at] = outcome
            case Parked(code):
                self._must_park[said.topic, said.key, said.value] = code

    def arrived(self, record: Record) -> None:
        """See a message on `channels.*`: what a crash let arrive twice must be parked twice."""
        code = self._must_park.get((record.topic, record.key or b"", record.value))
        if code is not None:
            self._injected[record.topic, record.partition, record.offset] = code

    def see(self, record: Record) -> None:
        """See a fact on any other topic."""
        said = dict(record.headers)
        if self._first(record, said):
            body = orjson.loads(record.value or b"null")
            self._told(record.topic, said["ce_type"].decode(), body)

    @property
    def expected(self) -> int:
        """How many complaints must be registered."""
        return len(self._must)

    @property
    def ids(self) -> dict[tuple[str, bytes], list[bytes]]:
        """The ids of what was told, by topic and key, in order."""
        return {at: stream.ids for at, stream in self._streams.items()}

    @property
    def complete(self) -> bool:
        """Whether as much has happened as must, whether or not it is right."""
        delivered = sum(len(life.delivered) for life in self._lives.values())
        must = sum(one.unit is not None for one in self._must.values())
        return self.decided >= self.expected and delivered >= must and len(self._parked) >= len(self._injected)

    def _first(self, record: Record, said: dict[str, bytes]) -> bool:
        """Whether it is told for the first time; in its place in the order of its key."""
        key, sequence = record.key or b"", int(said["ce_sequence"])
        stream = self._streams.setdefault((record.topic, key), Stream(record.partition))
        where = f"{record.topic}[{record.partition}]@{record.offset} {said['ce_type'].decode()}"
        if said["ce_subject"] != key or said["ce_partitionkey"] != key or record.partition != stream.partition:
            self._odd.append(f"{where}: not under its own key, or on a second partition")
        if sequence <= len(stream.ids):
            self.repeated += 1
            if stream.ids[sequence - 1] != said["ce_id"]:
                self._odd.append(f"{where}: sequence {sequence} again with another id")
            return False
        if sequence != len(stream.ids) + 1:
            self._odd.append(f"{where}: sequence {sequence} after {len(stream.ids)}")
        stream.ids.append(said["ce_id"])
        return True

    def _told(self, topic: str, type_: str, body: dict[str, Any]) -> None:
        match type_:
            case "message.parked.v1":
                self._parked[body["topic"], body["partition"], body["offset"]].append(body["code"])
            case "complaint.registered.v1":
                self._lives[body["complaint_id"]].registered.append(body)
            case "ticket.opened.v1":
                self._lives[body["complaint_id"]].opened.append(body)
            case "ticket.dispatched.v1" | "ticket.queued-for-manual-dispatch.v1" if topic == "tickets":
                self.decided += 1
                self._lives[body["complaint_id"]].decided.append(body)
            case "ticket.dispatched.v1":
                self._lives[body["complaint_id"]].delivered.append((topic, body))
            case _:
                self._odd.append(f"{topic}: {type_} was not asked for")

    def violations(self) -> list[str]:
        """Everything that is not as it must be; the first of each kind of fault, and how many there are."""
        lives = {instant_of(life.registered[0]): life for life in self._lives.values() if life.registered}
        known = [(must, lives[at]) for at, must in self._must.items() if at in lives]
        return [
            *_some("order", self._odd),
            *_some("complaints", _complaints(self._must, lives, self._lives)),
            *_some("tickets", chain.from_iterable(starmap(_ticket, known))),
            *_some("parked", _parked(self._injected, self._parked)),
        ]

    def summary(self) -> Counter[str]:
        """How much was seen of what."""
        lives = self._lives.values()
        return Counter(
            registered=sum(len(life.registered) for life in lives),
            opened=sum(len(life.opened) for life in lives),
            decided=self.decided,
            delivered=sum(len(life.delivered) for life in lives),
            parked=sum(map(len, self._parked.values())),
            repeated=self.repeated,
        )


def instant_of(registered: dict[str, Any]) -> At:
    """What a complaint is recognised by, out of the fact that it was registered."""
    return registered["channel"], milliseconds(datetime.fromisoformat(registered["submitted_at"]).astimezone(UTC))


def _complaints(must: dict[At, Registered], lives: dict[At, Life], told: dict[str, Life]) -> Iterator[str]:
    """One fact of registration for each complaint that must be registered, and for nothing else."""
    yield from (f"{at} was never registered" for at in must.keys() - lives.keys())
    yield from (f"{at} was registered, and nobody said it" for at in lives.keys() - must.keys())
    for complaint, life in told.items():
        if len(life.registered) != 1:
            yield f"complaint {complaint} was registered {len(life.registered)} times"
    ways = Counter(instant_of(life.registered[0]) for life in told.values() if life.registered)
    yield from (f"{at} was registered under {many} ids" for at, many in ways.items() if many > 1)


def _ticket(must: Registered, life: Life) -> Iterator[str]:
    """One ticket, with the codes as they must be read, dispatched or queued once, and delivered where it must be."""
    name = f"{must.channel} {must.source_id}"
    if [len(life.opened), len(life.decided)] != [1, 1]:
        yield f"{name}: {len(life.opened)} tickets opened, {len(life.decided)} times dispatched or queued"
    for told in (*life.registered, *life.opened):
        if (told["matter_code"], told["place_code"]) != (must.matter, must.place):
            yield f"{name}: {told['matter_code']} at {told['place_code']} is not {must.matter} at {must.place}"
    if [one.get("unit") for one in life.decided] != [must.unit]:
        yield f"{name}: decided {[one.get('unit') for one in life.decided]}, must be {must.unit}"
    topics = [topic for topic, _ in life.delivered]
    if topics != ([f"dispatch.{must.unit}"] if must.unit else []):
        yield f"{name}: delivered on {topics}, must go to {must.unit}"
    if len({one["ticket_id"] for one in (*life.opened, *life.decided, *(told for _, told in life.delivered))}) > 1:
        yield f"{name}: has several tickets"


def _parked(injected: dict[tuple[str, int, int], str], parked: dict[tuple[str, int, int], list[str]]) -> Iterator[str]:
    """Every message that had to be parked is, once and under its code; nothing else is."""
    for spot in injected.keys() | parked.keys():
        must = [injected[spot]] if spot in injected else []
        if parked.get(spot, []) != must:
            yield f"{spot}: parked as {parked.get(spot, [])}, must be {must}"


def _some(kind: str, faults: Iterable[str]) -> list[str]:
    found = list(faults)
    rest = [f"{kind}: and {len(found) - _MOST_TOLD} more"] if len(found) > _MOST_TOLD else []
    return [f"{kind}: {fault}" for fault in found[:_MOST_TOLD]] + rest
