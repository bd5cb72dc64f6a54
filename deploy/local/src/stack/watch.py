"""Watches what becomes of submissions: the facts as the operator reads them, and the answers of the services' APIs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any

import httpx2
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient

from contracts import base, topics
from contracts.directory import UnitListed
from contracts.parking import MessageParked
from contracts.tickets import TicketDispatched, TicketFinished, TicketLinked, TicketQueuedForManualDispatch
from contracts.vocabulary import Channel
from stack.outcome import Book, Sent

_ROUND_S = 0.2
_ASKED_AT_ONCE = 100
_WATCHED = {topics.TICKETS.name, topics.DIRECTORY.name}


def signed_in(principal: str, env: Mapping[str, str]) -> dict[str, Any]:
    """What a Kafka client needs to sign in as the principal."""
    return {
        "bootstrap_servers": env["BBCS_KAFKA_SERVERS"],
        "security_protocol": env["BBCS_KAFKA_SECURITY"],
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_plain_username": principal,
        "sasl_plain_password": env[f"BBCS_{_shouted(principal)}_KAFKA_PASSWORD"],
    }


def bearer(principal: str, env: Mapping[str, str]) -> dict[str, str]:
    """The header with which the principal asks over HTTP."""
    return {"authorization": f"Bearer {env[f'BBCS_{_shouted(principal)}_KEY']}"}


def _shouted(principal: str) -> str:
    return principal.translate(str.maketrans("-.", "__")).upper()


@asynccontextmanager
async def watching(book: Book, env: Mapping[str, str]) -> AsyncIterator[None]:
    """Writes into the book from what happens after it was entered, until it is left."""
    async with _consumer(env) as consumer, asyncio.TaskGroup() as group:
        tasks = [group.create_task(_facts(consumer, book))]
        tasks += [group.create_task(_receipts(book, channel, env)) for channel in Channel]
        tasks += [group.create_task(_tickets(book, env))]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


@asynccontextmanager
async def _consumer(env: Mapping[str, str]) -> AsyncIterator[AIOKafkaConsumer]:
    """A reader without a group: the directory from its beginning, everything else from now on."""
    login = signed_in(topics.OPERATOR, env)
    consumer = AIOKafkaConsumer(
        *await _watched_topics(login), **login, auto_offset_reset="earliest", client_id="make-run"
    )
    await consumer.start()
    try:
        spots = [spot for spot in consumer.assignment() if spot.topic != topics.DIRECTORY.name]
        await consumer.seek_to_end(*spots)
        for spot in spots:
            await consumer.position(spot)
        yield consumer
    finally:
        await consumer.stop()


async def _watched_topics(login: dict[str, Any]) -> list[str]:
    admin = AIOKafkaAdminClient(**login)
    await admin.start()
    try:
        return [name for name in await admin.list_topics() if _watched(name)]
    finally:
        await admin.close()


def _watched(name: str) -> bool:
    return name in _WATCHED or name.startswith("dispatch.") or name.endswith(".parked")


async def _facts(consumer: AIOKafkaConsumer, book: Book) -> None:
    async for record in consumer:
        _note(book, record, asyncio.get_running_loop().time())


def _note(book: Book, record: ConsumerRecord, now: float) -> None:
    match base.read(record.headers, record.value).fact:
        case TicketDispatched() as fact if record.topic != topics.TICKETS.name:
            book.dispatch(str(fact.complaint_id), fact.unit, now)
        case TicketQueuedForManualDispatch() as fact if str(fact.complaint_id) not in book.dispatched:
            book.queued.add(str(fact.complaint_id))
        case TicketLinked() as fact if record.topic == topics.TICKETS.name:
            book.link(str(fact.complaint_id), next(iter(fact.told_to), None))
        case TicketFinished(on_the_spot=True) as fact:
            book.solved.add(str(fact.complaint_id))
        case MessageParked() as fact:
            book.parked[fact.topic, fact.partition, fact.offset] = fact.code
        case UnitListed() as fact:
            book.units[fact.code] = fact.name


async def _receipts(book: Book, channel: Channel, env: Mapping[str, str]) -> None:
    """The receipts of what went by the channel's topic, asked for as the channel does."""

    def unanswered() -> list[Sent]:
        ours = (one for one in book.sent if one.submission.channel == channel and one.spot and _has_visible_id(one))
        return list(islice((one for one in ours if not (one.complaint or book.settled(one))), _ASKED_AT_ONCE))

    async def ask(client: httpx2.AsyncClient) -> bool:
        waiting = unanswered()
        found = await _get(client, "/v1/receipts", [("source_id", one.submission.source_id) for one in waiting])
        ids = {one["source_id"]: one["complaint_id"] for one in found}
        for one in waiting:
            one.complaint = ids.get(one.submission.source_id)
        return len(ids) == _ASKED_AT_ONCE

    await _rounds(env["BBCS_INTAKE_URL"], bearer(f"channel.{channel}", env), ask)


def _has_visible_id(one: Sent) -> bool:
    source = one.submission.source_id
    return source is not None and not one.must_park and source.isascii() and source.isprintable()


async def _tickets(book: Book, env: Mapping[str, str]) -> None:
    """Where complaints stand whose facts were told before this run."""

    async def ask(client: httpx2.AsyncClient) -> bool:
        waiting = list(islice((one for one in book.complaints() if not book.known(one)), _ASKED_AT_ONCE))
        found = await _get(client, "/v1/tickets", [("complaint_id", one) for one in waiting])
        for ticket in found:
            await _stands(book, client, ticket)
        return len(found) == _ASKED_AT_ONCE

    await _rounds(env["BBCS_DISPATCH_URL"], bearer("centre", env), ask, first_after=_ROUND_S * 10)


async def _stands(book: Book, client: httpx2.AsyncClient, ticket: dict[str, Any]) -> None:
    complaint, unit = ticket["complaint_id"], ticket["unit"]
    match ticket["state"]:
        case "linked":
            lead = await client.get(f"/v1/tickets/{ticket['handling']['linked_to']}")
            book.link(complaint, lead.raise_for_status().json()["unit"])
        case "finished" if unit is None:
            book.solved.add(complaint)
        case _ if unit:
            book.dispatch(complaint, unit, None)
        case _:
            book.queued.add(complaint)


async def _get(client: httpx2.AsyncClient, path: str, asked: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    if not asked:
        return []
    try:
        answer = await client.get(path, params=asked)
    except httpx2.TransportError:
        return []  # a service that is being restarted: the next round asks again
    return answer.json() if answer.is_success else []


async def _rounds(
    url: str,
    credential: dict[str, str],
    ask: Callable[[httpx2.AsyncClient], Awaitable[bool]],
    first_after: float = _ROUND_S,
) -> None:
    """Asks again and again: at once while answers are full, else after a moment."""
    async with httpx2.AsyncClient(base_url=url, headers=credential, timeout=5.0) as client:
        await asyncio.sleep(first_after)
        while True:
            if not await ask(client):
                await asyncio.sleep(_ROUND_S)
