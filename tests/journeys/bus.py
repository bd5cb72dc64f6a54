"""What a unit's own system does: waits for a complaint on the unit's topic, as the unit."""

from asyncio import timeout
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from tests.load.bus import Login

_PATIENCE_S = 60.0


async def seen(login: Login, topic: str, complaint_id: str, group: str | None = None) -> ConsumerRecord:
    """The first record about the complaint on the topic. Raises TimeoutError."""
    consumer = AIOKafkaConsumer(
        topic, **login.arguments(), group_id=group, auto_offset_reset="earliest", enable_auto_commit=False
    )
    try:
        await consumer.start()
        async with timeout(_PATIENCE_S):
            async for record in consumer:
                if body(record).get("complaint_id") == complaint_id:
                    return record
    finally:
        await consumer.stop()
    raise TimeoutError


def body(record: ConsumerRecord) -> dict[str, Any]:
    """What a record says."""
    return dict(orjson.loads(record.value))


def headers(record: ConsumerRecord) -> dict[str, bytes]:
    """What stands in a record's head."""
    return dict(record.headers)
