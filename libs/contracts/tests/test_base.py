"""The envelope: what is written is read again, here and by the independent SDK; what is not an event is refused."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given
from hypothesis import strategies as st

from contracts import base
from contracts.base import Fact, rfc3339
from contracts.complaints import ComplaintLinked
from contracts.refusals import Refused

NOON = datetime(2026, 11, 25, 4, 0, 0, 123456, UTC)
FACT = ComplaintLinked(complaint_id=UUID(int=1), to_complaint_id=UUID(int=2), linked_at=NOON)
BODY = FACT.model_dump_json().encode()


def told(*, causation: str | None = None, traceparent: str | None = None) -> list[tuple[str, bytes]]:
    return base.headers("intake", FACT.TYPE, UUID(int=3), NOON, FACT.key, 7, "all of it", causation, traceparent)


def test_what_is_written_is_read_again() -> None:
    envelope = base.read(told(causation="before", traceparent="00-a-b-01"), BODY)
    assert (envelope.id, envelope.key, envelope.sequence) == (UUID(int=3), str(UUID(int=1)), 7)
    assert (envelope.correlation, envelope.causation, envelope.traceparent) == ("all of it", "before", "00-a-b-01")
    assert envelope.time == NOON.replace(microsecond=123000)
    assert envelope.fact == FACT.model_copy(update={"linked_at": NOON.replace(microsecond=123000)})


def test_the_sdk_reads_it_as_a_cloud_event() -> None:
    event = from_binary(KafkaMessage(headers=dict(told()), key=FACT.key.encode(), value=BODY), JSONFormat())
    assert (event.get_specversion(), event.get_type(), event.get_source()) == ("1.0", FACT.TYPE, "/bbcs/intake")
    assert event.get_subject() == FACT.key
    assert event.get_extension("sequence") == "7"
    data: Any = event.get_data()
    assert data["to_complaint_id"] == str(UUID(int=2))


def test_times_are_written_in_utc_with_milliseconds() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert rfc3339(datetime(2026, 11, 25, 12, 0, tzinfo=shanghai)) == "2026-11-25T04:00:00.000Z"


def test_an_unknown_field_is_ignored_so_that_older_readers_survive() -> None:
    assert base.read(told(), BODY[:-1] + b', "later": 1}').key == FACT.key


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ce_type": b"complaint.linked.v9"}, "fact.unknown-type"),
        ({"ce_type": b"\xff"}, "fact.not-an-event"),
        ({"ce_type": None}, "fact.not-an-event"),
        ({"ce_id": b"one"}, "fact.not-an-event"),
        ({"ce_time": b"noon"}, "fact.not-an-event"),
        ({"ce_sequence": b""}, "fact.not-an-event"),
        ({"ce_correlationid": None}, "fact.not-an-event"),
    ],
)
def test_what_is_no_event_is_refused_by_name(changes: dict[str, bytes | None], code: str) -> None:
    with pytest.raises(Refused) as refused:
        base.read((dict(told()) | changes).items(), BODY)
    assert refused.value.code == code


@pytest.mark.parametrize("body", [None, b"", b"\xff", b"[]", b'{"complaint_id": "x"}'])
def test_a_body_that_is_not_the_fact_is_unreadable_and_not_repeated(body: bytes | None) -> None:
    with pytest.raises(Refused) as refused:
        base.read(told(), body)
    assert refused.value.code == "fact.unreadable"
    assert refused.value.details["fields"]


headers = st.lists(st.tuples(st.sampled_from([name for name, _ in told()]), st.none() | st.binary(max_size=20)))


@given(headers, st.none() | st.binary(max_size=40))
def test_whatever_comes_is_read_or_refused(said: list[tuple[str, bytes | None]], body: bytes | None) -> None:
    try:
        base.read([*told(), *said], body)
    except Refused as refused:
        assert refused.code.startswith("fact.")


def test_two_facts_cannot_have_one_name() -> None:
    with pytest.raises(TypeError, match=r"complaint\.linked\.v1"):
        type("Another", (Fact,), {}, type="complaint.linked.v1", topic="x", producer="x", key="x")
