"""Submits complaints as the channels do, on their topics and over HTTP, and sees each to its end."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import httpx2
from aiokafka import AIOKafkaProducer

from chassis.clock import Clock, clock_from, new_id
from contracts.vocabulary import Channel
from stack import acting, samples, serving, show, watch
from stack.outcome import Book, Sent

_PATIENCE_S = 120.0
_AT_ONCE = 8
_TOO_MANY = 429
_JSON = {"content-type": "application/json"}


def run(file: Path | None) -> int:
    """Submit the file's complaints, or the project's samples, and show them arrive; 0 once all of them have.

    The running stack is found in the environment (`.stack/env`).
    """
    return asyncio.run(_run(file, os.environ))


async def _run(file: Path | None, env: Mapping[str, str]) -> int:
    book = Book(_to_send(file, clock_from(env.get("BBCS_CLOCK"))))
    with show.screen(book) as screen:
        async with watch.watching(book, env), asyncio.TaskGroup() as sending:
            sending.create_task(_topics(book, env))
            sending.create_task(_http(book, env))
            settled = await screen.until_settled(patience=_PATIENCE_S)
    played = await _played(book, env) if settled and file is None else acting.Played(None, {})
    show.summary(book, played, env)
    return 0 if settled and not played.stopped else 1


async def _played(book: Book, env: Mapping[str, str]) -> acting.Played:
    """How the samples' lives went; nobody's own complaints are played with."""
    serving.say("Sample departments and clerks act …")
    return await acting.play(book, env)


def _to_send(file: Path | None, clock: Clock) -> list[Sent]:
    now = clock.now()
    found = samples.from_file(file) if file else samples.own(now, new_id(now).hex[-6:])
    return [Sent(one, again or one.source_id is None) for one, again in zip(found, samples.repeats(found), strict=True)]


async def _topics(book: Book, env: Mapping[str, str]) -> None:
    ours = sorted((one for one in book.sent if one.submission.via == "topic"), key=_channel)
    async with AsyncExitStack() as producers:
        for channel, group in groupby(ours, key=_channel):
            producer = await producers.enter_async_context(_producer(channel, env))
            await _publish(producer, group)


def _channel(one: Sent) -> Channel:
    return one.submission.channel


@asynccontextmanager
async def _producer(channel: Channel, env: Mapping[str, str]) -> AsyncIterator[AIOKafkaProducer]:
    """A producer as the channel's own system has it."""
    name = f"channel.{channel}"
    producer = AIOKafkaProducer(
        **watch.signed_in(name, env), acks="all", enable_idempotence=True, linger_ms=5, client_id=name
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def _publish(producer: AIOKafkaProducer, group: Iterable[Sent]) -> None:
    waiting = [await _send(producer, one) for one in group]
    for one, sent in waiting:
        record = await sent
        one.spot = (record.topic, record.partition, record.offset)


async def _send(producer: AIOKafkaProducer, one: Sent) -> tuple[Sent, "asyncio.Future[Any]"]:
    submission = one.submission
    one.at = asyncio.get_running_loop().time()
    key = submission.source_id.encode("utf-8", "surrogatepass") if submission.source_id else None
    return one, await producer.send(f"channels.{submission.channel}", submission.body, key)


async def _http(book: Book, env: Mapping[str, str]) -> None:
    ours = [one for one in book.sent if one.submission.via == "http"]
    at_once = asyncio.Semaphore(_AT_ONCE)
    async with httpx2.AsyncClient(base_url=env["BBCS_INTAKE_URL"], timeout=10.0) as client:

        async def post(one: Sent) -> None:
            async with at_once:
                await _post(client, one, env)

        for _, group in groupby(ours, key=lambda one: one.must_park):
            await asyncio.gather(*map(post, group))


async def _post(client: httpx2.AsyncClient, one: Sent, env: Mapping[str, str]) -> None:
    one.at = asyncio.get_running_loop().time()
    credential = watch.bearer(f"channel.{one.submission.channel}", env)
    said = client.build_request("POST", "/v1/complaints", content=one.submission.body, headers=credential | _JSON)
    while (answer := await client.send(said)).status_code == _TOO_MANY:
        await asyncio.sleep(float(answer.headers.get("retry-after", 1)))
    if answer.is_success:
        one.complaint = answer.json()["complaint_id"]
    else:
        one.refused = answer.json().get("code", str(answer.status_code))
