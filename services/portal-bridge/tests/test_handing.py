"""What is a complaint goes to intake by its channel, again until it is registered, and is forgotten then."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest

from chassis import signatures
from chassis.clock import SystemClock
from chassis.signatures import Key, Request
from chassis.testing import until
from chassis.testing.bus import Raw
from contracts.vocabulary import FeedbackWay
from portal_bridge import jobs
from portal_bridge.clients import City, NotReached, Page
from portal_bridge.usecases import Said

TOPIC = "channels.city-exit"
KEY = "SH20261124000017"
SOON = "UPDATE feedback SET hand_at = now(), ask_at = now()"


@dataclass
class Registering:
    """Intake, as far as it knows complaints; `away` it does not answer."""

    known: dict[str, UUID] = field(default_factory=dict)
    away: bool = False

    async def registered(self, keys: Sequence[str]) -> dict[str, UUID]:
        """Those that it has."""
        if self.away:
            raise NotReached
        return {key: self.known[key] for key in keys if key in self.known}


@dataclass
class Sending:
    """The channel, which remembers what was sent; `broken` it takes nothing."""

    sent: list[tuple[str, bytes]] = field(default_factory=list)
    broken: bool = False

    async def send(self, complaints: Sequence[tuple[str, bytes]]) -> None:
        """Take them."""
        if self.broken:
            raise TimeoutError
        self.sent += complaints


@dataclass
class Beside:
    """What is beside portal-bridge."""

    intake: Registering
    channel: Sending


@pytest.fixture
def beside(desk: Any) -> Beside:
    """An intake and a channel that a test rules."""
    made = Beside(Registering(), Sending())
    desk.harness.running.kit = replace(desk.harness.running.kit, intake=made.intake, channel=made.channel)
    return made


async def test_on_the_channel_stands_what_intake_takes(desk: Any, item: Any) -> None:
    await desk.harness.bus.topics(TOPIC)
    await desk.take(Said(FeedbackWay.PUSH, item()))
    assert await desk.run(jobs.hand_on) == 1
    found = await desk.harness.bus.read(TOPIC, lambda records: any(one.key == KEY.encode() for one in records))
    body = json.loads(next(one.value for one in found if one.key == KEY.encode()))
    assert (body["source_id"], body["text"]) == (KEY, item()["text"])


async def test_what_comes_by_the_topic_is_taken_and_handed_on(desk: Any, item: Any, beside: Beside) -> None:
    await desk.harness.bus.topics("city.exit-feedback", "city.exit-feedback.parked")
    body = json.dumps(item(key="T1")).encode()
    sent = [Raw(b"T1", body), Raw(b"T2", b"{"), Raw(b"T1", body), Raw(b"T3", json.dumps(item(key="T3")).encode())]
    await desk.harness.bus.send("city.exit-feedback", *sent)
    async with desk.harness.doors("consumers"):
        await until(_are(desk, 2, "SELECT FROM feedback WHERE city_key IN ('T1', 'T3')"))
        await until(_are(desk, 1, "SELECT FROM parked WHERE code = 'request.not-json' AND personal"))
    await desk.run(jobs.hand_on)
    assert sorted(key for key, _ in beside.channel.sent) == ["T1", "T3"]


def _are(desk: Any, many: int, sql: str) -> Callable[[], Awaitable[bool]]:
    """Whether a statement finds so many rows."""

    async def found() -> bool:
        return len(await desk.rows(sql)) >= many

    return found


async def test_registered_it_is_told_and_forgotten(desk: Any, item: Any, beside: Beside) -> None:
    await desk.take(Said(FeedbackWay.PUSH, item()), Said(FeedbackWay.PUSH, item(key="B")))
    await desk.run(jobs.hand_on)
    beside.intake.known[KEY] = UUID(int=7)
    for _ in range(2):
        await desk.rows("UPDATE feedback SET ask_at = now()")
        await desk.run(jobs.ask)
    found = {row.city_key: row for row in await desk.rows("SELECT * FROM feedback")}
    assert (found[KEY].state, found[KEY].complaint_id, found[KEY].parcel) == ("registered", UUID(int=7), None)
    assert (found["B"].state, found["B"].parcel is None) == ("accepted", False)
    assert (await desk.told())[2:] == [(KEY, "feedback.registered.v1")]


@pytest.mark.parametrize("broken", ["channel", "settling"])
async def test_killed_on_the_way_it_is_handed_on_again_and_none_is_lost(
    desk: Any, item: Any, beside: Beside, broken: str
) -> None:
    await desk.take(*(Said(FeedbackWay.PUSH, item(key=f"K{n}")) for n in range(3)))
    beside.channel.broken = broken == "channel"
    async with desk.harness.work() as work:
        [batch] = await jobs.hand_on.claim(work, 1)
    if broken == "channel":
        with pytest.raises(TimeoutError):
            await jobs.hand_on.carry_out(desk.harness.running.kit, batch)
    else:
        await jobs.hand_on.carry_out(desk.harness.running.kit, batch)
    assert await desk.run(jobs.hand_on) == 0  # whoever claimed it may still be at it
    beside.channel.broken = False
    await desk.rows(SOON)
    assert await desk.run(jobs.hand_on) == 1
    assert {key for key, _ in beside.channel.sent} == {"K0", "K1", "K2"}


async def test_while_intake_is_away_nothing_is_forgotten(desk: Any, item: Any, beside: Beside) -> None:
    await desk.take(Said(FeedbackWay.PUSH, item()))
    await desk.run(jobs.hand_on)
    beside.intake.away = True
    await desk.rows(SOON)
    with pytest.raises(NotReached):
        await desk.run(jobs.ask)
    [row] = await desk.rows("SELECT state, parcel FROM feedback")
    assert (row.state, row.parcel is None) == ("accepted", False)


@dataclass
class Paging:
    """The city's pages by cursor."""

    pages: dict[str | None, Page]

    async def page(self, after: str | None) -> Page:
        """What is behind it."""
        return self.pages.get(after, Page())


async def fetched(desk: Any, city: Paging, times: int) -> list[Any]:
    """Where the cursor stands after so many rounds."""
    desk.harness.running.kit = replace(desk.harness.running.kit, city=city)
    for _ in range(times):
        await desk.rows("UPDATE pulling SET next_at = now()")
        assert await desk.run(jobs.pull) == 1
    return list(await desk.rows("SELECT cursor, failures, next_at > now() AS waits FROM pulling"))


async def test_pages_are_fetched_and_the_cursor_is_kept_with_them(desk: Any, item: Any) -> None:
    city = Paging({None: Page((item(), item()), "1"), "1": Page((item(key="B"), 7), "2"), "2": Page((), "2")})
    [row] = await fetched(desk, city, 3)
    assert (row.cursor, row.failures) == ("2", 0)
    assert [row.city_key for row in await desk.rows("SELECT city_key FROM feedback ORDER BY number")] == [KEY, "B"]
    assert [row.code for row in await desk.rows("SELECT code FROM refusal")] == ["city.invalid"]


async def test_a_city_that_is_down_is_left_alone_longer_each_time(desk: Any, item: Any) -> None:
    [row] = await fetched(desk, Paging({}), 4)
    assert (row.cursor, row.failures, row.waits) == (None, 4, True)
    [row] = await fetched(desk, Paging({None: Page((item(),), "1")}), 1)
    assert (row.cursor, row.failures) == ("1", 0)


async def test_a_cursor_that_is_too_old_begins_at_the_beginning(desk: Any, item: Any) -> None:
    city = Paging({None: Page((item(),), "1"), "1": Page(too_old=True)})
    [row] = await fetched(desk, city, 3)
    assert row.cursor == "1"
    assert [type_ for _, type_ in await desk.told()] == ["feedback.received.v1"]


@asynccontextmanager
async def answering(status: str, body: bytes, heard: list[bytes]) -> AsyncIterator[str]:
    """Somebody who answers every request like this; the base URL."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        head = f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\nretry-after: 7\r\nconnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    ("status", "body", "page"),
    [
        ("200 OK", b'{"items": [1], "cursor": "c"}', Page((1,), "c")),
        ("200 OK", b'{"items": [1]}', Page()),
        ("200 OK", b"nonsense", Page()),
        ("410 Gone", b"", Page(too_old=True)),
        ("503 Service Unavailable", b"", Page(retry_after=7.0)),
    ],
)
async def test_the_city_is_asked_with_a_signature_and_understood(
    district: Key, status: str, body: bytes, page: Page
) -> None:
    heard: list[bytes] = []
    async with answering(status, body, heard) as url:
        assert await City(url, district).page("a b") == page
    line, *head = heard[0].decode().splitlines()
    path = line.split()[1]
    headers = dict(one.lower().split(": ", 1)[:1] + one.split(": ", 1)[1:] for one in head if one)
    signed = Request("GET", url + path)
    now = SystemClock().now()
    assert signatures.check(signed, headers, {district.key_id: district.secret}, now, now - now.replace(year=2000))


async def test_a_city_that_is_not_there_is_no_surprise(district: Key) -> None:
    assert await City("http://127.0.0.1:1", district).page(None) == Page()
