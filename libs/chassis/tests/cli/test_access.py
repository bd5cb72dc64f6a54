"""Kafka denies what is not declared; seen with the clients that services and units use."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    TopicAuthorizationFailedError,
)

from chassis.cli.environment import login

PATIENCE_S = 20


def options(environment: dict[str, str], principal: str, **more: Any) -> dict[str, Any]:
    known = login(principal, environment)
    return {
        "bootstrap_servers": known.servers,
        "security_protocol": known.security,
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_plain_username": principal,
        "sasl_plain_password": known.password,
        **more,
    }


@asynccontextmanager
async def producing(environment: dict[str, str], principal: str) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(**options(environment, principal, acks="all", enable_idempotence=True))
    try:
        await producer.start()
        yield producer
    finally:
        await producer.stop()


async def write(environment: dict[str, str], principal: str, topic: str) -> None:
    async with asyncio.timeout(PATIENCE_S), producing(environment, principal) as producer:
        await producer.send_and_wait(topic, b"{}", key=b"key")


async def read(environment: dict[str, str], principal: str, topic: str, group: str | None = None) -> bytes | None:
    """The first message of the topic, through the group that the principal's name names, or another."""
    known = options(environment, principal, group_id=group or principal, enable_auto_commit=False)
    consumer = AIOKafkaConsumer(topic, **known, auto_offset_reset="earliest")
    try:
        async with asyncio.timeout(PATIENCE_S):
            await consumer.start()
            value: bytes | None = (await consumer.getone()).value
            return value
    finally:
        await consumer.stop()


async def test_a_unit_reads_its_own_topic_in_a_group_of_its_own(provisioned: dict[str, str]) -> None:
    await write(provisioned, "dispatch", "dispatch.alpha")
    assert await read(provisioned, "unit.alpha", "dispatch.alpha") == b"{}"


@pytest.mark.parametrize(
    ("principal", "topic"),
    [
        ("unit.alpha", "dispatch.beta"),
        ("unit.alpha", "dispatch.alpha-two"),
        ("unit.alpha", "tickets"),
        ("channel.window", "channels.window"),
        ("channel.window", "complaints"),
        ("dispatch", "channels.window"),
        ("operator", "channels.window"),
        ("operator", "channels.city-exit"),
    ],
)
async def test_nobody_reads_what_is_anothers(provisioned: dict[str, str], principal: str, topic: str) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        await read(provisioned, principal, topic)


@pytest.mark.parametrize(
    ("principal", "topic"),
    [
        ("channel.window", "channels.kiosk"),
        ("channel.window", "complaints"),
        ("intake", "channels.window"),
        ("dispatch", "channels.window"),
        ("dispatch", "complaints"),
        ("intake", "tickets"),
        ("unit.alpha", "dispatch.alpha"),
        ("operator", "complaints"),
    ],
)
async def test_nobody_writes_what_is_anothers(provisioned: dict[str, str], principal: str, topic: str) -> None:
    with pytest.raises((TopicAuthorizationFailedError, ClusterAuthorizationFailedError)):
        await write(provisioned, principal, topic)


async def test_nobody_enters_anothers_group(provisioned: dict[str, str]) -> None:
    with pytest.raises(GroupAuthorizationFailedError):
        await read(provisioned, "unit.alpha", "dispatch.alpha", "unit.alpha-two")


async def test_every_channel_reads_the_directory(provisioned: dict[str, str]) -> None:
    await write(provisioned, "dispatch", "directory")
    assert await read(provisioned, "channel.kiosk", "directory") is not None


async def test_a_wrong_password_opens_nothing(provisioned: dict[str, str]) -> None:
    wrong = provisioned | {"BBCS_UNIT_ALPHA_KAFKA_PASSWORD": "a guess"}
    with pytest.raises(KafkaConnectionError):
        await read(wrong, "unit.alpha", "dispatch.alpha")
