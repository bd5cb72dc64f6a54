"""The judge is not blind: it finds nothing wrong with what is right, and each thing that is wrong."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from tests.load.complaints import Again, Parked, Registered, Said
from tests.load.ledger import Ledger

AT = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
MUST = Registered("window", "w-1", AT, "000104001000", "310151101000", "hrss")
SPOILED = Said("window", b"w-2", b"{", Parked("complaint.not-json"))


@dataclass(slots=True)
class Record:
    """A record as a reader gives it."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Iterable[tuple[str, bytes]] = ()
    partition: int = 0
    offset: int = 0


def _fact(on: str, key: str, type_: str, sequence: int, id_: str, /, **body: Any) -> Record:
    said = {
        "ce_type": type_.encode(),
        "ce_id": id_.encode(),
        "ce_sequence": b"%d" % sequence,
        "ce_subject": key.encode(),
        "ce_partitionkey": key.encode(),
    }
    return Record(on, key.encode(), orjson.dumps(body), list(said.items()))


CODES = {"complaint_id": "c", "matter_code": MUST.matter, "place_code": MUST.place}
TICKET = {"complaint_id": "c", "ticket_id": "t"}
REGISTERED = _fact(
    "complaints",
    "c",
    "complaint.registered.v1",
    1,
    "1",
    **CODES,
    channel="window",
    submitted_at="2026-11-24T01:30:00.000Z",
)
OPENED = _fact("tickets", "t", "ticket.opened.v1", 1, "2", **CODES, ticket_id="t")
DISPATCHED = _fact("tickets", "t", "ticket.dispatched.v1", 2, "3", **TICKET, unit="hrss")
DELIVERED = _fact("dispatch.hrss", "t", "ticket.dispatched.v1", 1, "3", **TICKET, unit="hrss")
PARKED = _fact(
    "channels.window.parked",
    "p",
    "message.parked.v1",
    1,
    "4",
    topic="channels.window",
    partition=0,
    offset=7,
    code="complaint.not-json",
)
RIGHT = [REGISTERED, OPENED, DISPATCHED, DELIVERED, PARKED]
INJECTED = Record("channels.window", b"w-2", b"{", offset=7)


def _judged(told: Sequence[Record], injected: Sequence[Record] = (INJECTED,)) -> list[str]:
    ledger = Ledger()
    for said in (Said("window", b"w-1", b"{}", MUST), Said("window", b"w-1", b"{}", Again()), SPOILED):
        ledger.expect(said)
    for record in injected:
        ledger.arrived(record)
    for record in told:
        ledger.see(record)
    return ledger.violations()


def test_what_is_right_is_right_also_when_it_comes_again() -> None:
    assert _judged(RIGHT) == []
    assert _judged([*RIGHT, *RIGHT]) == []


@pytest.mark.parametrize("lost", range(len(RIGHT)))
def test_what_is_lost_is_found(lost: int) -> None:
    assert _judged(RIGHT[:lost] + RIGHT[lost + 1 :])


def _again(record: Record, **changes: Any) -> Record:
    """The record under a new id and key, as if it had happened twice."""
    body = orjson.loads(record.value or b"") | changes
    said = dict(record.headers)
    key = body.get("complaint_id" if record.topic == "complaints" else "ticket_id", "q")
    return _fact(record.topic, key, said["ce_type"].decode(), 1, "9", **body)


WRONG: dict[str, Callable[[], list[Record]]] = {
    "registered twice": lambda: [*RIGHT, _again(REGISTERED, complaint_id="d")],
    "a second ticket": lambda: [*RIGHT, _again(OPENED, ticket_id="u")],
    "dispatched twice": lambda: [*RIGHT, _fact("tickets", "t", "ticket.dispatched.v1", 3, "9", **TICKET, unit="hrss")],
    "delivered twice": lambda: [*RIGHT, _again(DELIVERED, ticket_id="u")],
    "delivered to another unit": lambda: [*RIGHT, replace(DELIVERED, topic="dispatch.tax")],
    "dispatched to another unit": lambda: [
        *(one for one in RIGHT if one is not DISPATCHED),
        _fact("tickets", "t", "ticket.dispatched.v1", 2, "3", **TICKET, unit="tax"),
    ],
    "parked twice": lambda: [*RIGHT, _again(PARKED)],
    "parked under another code": lambda: [*RIGHT[:-1], _again(PARKED, code="complaint.invalid")],
    "another message parked": lambda: [*RIGHT, _again(PARKED, offset=8)],
    "nobody said it": lambda: [*RIGHT, _again(REGISTERED, complaint_id="d", submitted_at="2026-11-24T01:30:00.001Z")],
    "the second before the first": lambda: [REGISTERED, DISPATCHED, OPENED, DELIVERED, PARKED],
    "the same sequence with another id": lambda: [
        *RIGHT,
        _fact("tickets", "t", "ticket.opened.v1", 1, "9", **CODES, ticket_id="t"),
    ],
    "on a second partition": lambda: [*RIGHT, replace(OPENED, partition=1)],
    "under another key": lambda: [*RIGHT[:-1], replace(PARKED, key=b"q")],
    "another matter": lambda: [_again(REGISTERED, matter_code=None), *RIGHT[1:]],
    "not asked for": lambda: [*RIGHT, _fact("tickets", "t", "ticket.closed.v1", 3, "9", **TICKET)],
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_found(wrong: str) -> None:
    assert _judged(WRONG[wrong]())


def test_what_arrived_twice_must_be_parked_twice() -> None:
    assert _judged(RIGHT, [INJECTED, replace(INJECTED, offset=9)])
