"""Programs that are not ours read what we tell; those that may not read it cannot."""

import asyncio
from asyncio import timeout
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import TopicAuthorizationFailedError
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from tests.journeys.bus import body, headers, seen
from tests.journeys.conftest import Town
from tests.load.bus import Login
from tests.load.districts import District

from stack import jars, machine

_JAVA_S = 60


@pytest.fixture(scope="module")
async def dispatched(town: Town) -> tuple[str, ConsumerRecord]:
    """A unit and the message about a complaint that it must handle."""
    form, _, unit = town.one("window")
    receipt = await town.submit(form)
    return unit, await seen(town.login_of(unit), f"dispatch.{unit}", receipt["complaint_id"])


async def test_the_sdk_of_cloudevents_reads_a_dispatch(dispatched: tuple[str, ConsumerRecord]) -> None:
    _, record = dispatched
    event = from_binary(KafkaMessage(headers(record), record.key, record.value), JSONFormat())
    assert (event.get_type(), event.get_source()) == ("ticket.dispatched.v1", "/bbcs/dispatch")
    assert event.get_subject() == event.get_extension("partitionkey") == body(record)["ticket_id"]
    assert event.get_data() == body(record)
    assert event.get_extension("sequence") == "1"


async def test_the_console_consumer_of_kafka_reads_a_dispatch(
    town: Town, dispatched: tuple[str, ConsumerRecord], tmp_path: Path
) -> None:
    unit, record = dispatched
    settings = _settings(town.login_of(unit), tmp_path / "client.properties")
    written = await _console(town.login_of(unit), record, settings)
    assert "ce_type:ticket.dispatched.v1" in written
    assert record.value.decode() in written


async def test_a_unit_cannot_read_what_another_must_handle(
    town: Town, sample: District, dispatched: tuple[str, ConsumerRecord]
) -> None:
    unit, record = dispatched
    other = next(one for one in sample.units if one != unit)
    consumer = AIOKafkaConsumer(record.topic, **town.login_of(other).arguments(), auto_offset_reset="earliest")
    with pytest.raises(TopicAuthorizationFailedError):
        async with timeout(_JAVA_S):
            await _one(consumer)


async def _one(consumer: AIOKafkaConsumer) -> None:
    try:
        await consumer.start()
        await consumer.getone()
    finally:
        await consumer.stop()


def _settings(login: Login, file: Path) -> Path:
    """How a client written in Java signs in as the unit."""
    user = f'username="{login.username}" password="{login.password}"'
    file.write_text(
        "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=SCRAM-SHA-256\n"
        f"sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required {user};\n"
        f"group.id={login.username}\n"
    )
    return file


async def _console(login: Login, record: ConsumerRecord, settings: Path) -> str:
    """What Kafka's own console consumer writes when a unit asks for everything up to the record."""
    process = await asyncio.create_subprocess_exec(
        *(str(machine.java()), "-XX:TieredStopAtLevel=1", "-cp", f"{jars.kafka()}/*"),
        "org.apache.kafka.tools.consumer.ConsoleConsumer",
        *("--bootstrap-server", login.servers, "--command-config", str(settings), "--topic", record.topic),
        *("--from-beginning", "--max-messages", str(record.offset + 1)),
        *("--formatter-property", "print.headers=true", "--formatter-property", "print.key=true"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with timeout(_JAVA_S):
        out, error = await process.communicate()
    assert process.returncode == 0, error.decode()[:2000]
    return out.decode()
