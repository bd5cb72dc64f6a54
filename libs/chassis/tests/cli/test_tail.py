"""`bbcs tail`: facts as a table or as JSON; nobody's words, whatever stands on the topic."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from aiokafka import AIOKafkaProducer

from chassis.cli.environment import login
from contracts import base
from contracts.complaints import ComplaintRegistered
from contracts.vocabulary import Channel, ReporterKind

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
WORDS = "张三 has no water"


def registered(n: int) -> ComplaintRegistered:
    at = NOON + timedelta(minutes=n)
    return ComplaintRegistered(
        complaint_id=UUID(int=n),
        channel=Channel.KIOSK,
        reporter_kind=ReporterKind.CITIZEN,
        submitted_at=at,
        registered_at=at,
    )


async def tell(environment: dict[str, str]) -> None:
    known = login("intake", environment)
    producer = AIOKafkaProducer(
        bootstrap_servers=known.servers,
        security_protocol=known.security,
        sasl_mechanism="SCRAM-SHA-256",
        sasl_plain_username=known.username,
        sasl_plain_password=known.password,
    )
    await producer.start()
    for n in range(1, 13):
        fact, at = registered(n), NOON + timedelta(minutes=n)
        headers = base.headers("intake", fact.TYPE, UUID(int=n), at, fact.key, 1, fact.key, None, None)
        await producer.send(fact.TOPIC, fact.model_dump_json().encode(), key=fact.key.encode(), headers=headers)
    await producer.send("complaints", WORDS.encode(), key=f"\x1b[31m{WORDS}".encode(), headers=[("ce_type", b"\xff")])
    known_type = [("ce_type", b"complaint.registered.v1")]
    await producer.send("complaints", b'{"channel": "%b"}' % WORDS.encode(), key=b"k", headers=known_type)
    await producer.send("complaints", None, key=b"k", headers=[("", None)])
    await producer.stop()


@pytest.fixture(scope="module")
def told(provisioned: dict[str, str]) -> None:
    """Twelve facts and three records that are none."""
    asyncio.run(tell(provisioned))


@pytest.mark.usefixtures("told")
class TestTail:
    def test_the_last_facts_with_their_codes(self, bbcs: Any) -> None:
        shown = bbcs("tail", "complaints", "-n", "15", "--json").json
        facts = [one for one in shown if one.get("correlation") in {str(UUID(int=n)) for n in range(1, 13)}]
        assert [one["key"] for one in facts] == [str(UUID(int=n)) for n in range(1, 13)]
        assert (facts[0]["type"], facts[0]["sequence"]) == ("complaint.registered.v1", 1)
        assert facts[0]["fact"]["channel"] == "kiosk"

    def test_those_that_cannot_be_read_are_shown_as_such_without_a_word_of_them(self, bbcs: Any) -> None:
        answer = bbcs("tail", "complaints", "-n", "15", "--json")
        unreadable = [one for one in answer.json if "unreadable" in one]
        assert {one["unreadable"] for one in unreadable} >= {"fact.not-an-event", "fact.unreadable"}
        assert "张三" not in answer.out
        assert "\x1b" not in bbcs("tail", "complaints").out

    def test_no_more_than_asked_for(self, bbcs: Any) -> None:
        assert len(bbcs("tail", "complaints", "--json").json) == 10
        assert len(bbcs("tail", "complaints", "--from-start", "-n", "3", "--json").json) == 3
        assert bbcs("tail", "complaints", "-n", "0", "--json").json == []

    def test_a_table_for_people(self, bbcs: Any) -> None:
        shown = bbcs("tail", "complaints", "-n", "15").out
        assert "channel=kiosk reporter_kind=citizen" in shown
        assert "unreadable" in shown


def test_what_channels_write_is_not_for_operators(bbcs: Any) -> None:
    answer = bbcs("tail", "channels.window")
    assert (answer.code, answer.out) == (1, "")
    assert "operators do not read it" in answer.err
    assert "Traceback" not in answer.err


def test_an_unknown_topic_is_a_sentence(bbcs: Any) -> None:
    answer = bbcs("tail", "nothing")
    assert (answer.code, answer.err) == (1, "There is no topic nothing: `bbcs topics` lists them.\n")


def test_an_empty_topic_is_empty(bbcs: Any) -> None:
    assert bbcs("tail", "channels.kiosk.parked", "--json").json == []


def test_following_has_no_end_and_so_no_json(bbcs: Any) -> None:
    assert bbcs("tail", "complaints", "--follow", "--json").code == 1
