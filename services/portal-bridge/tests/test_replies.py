"""Replies get to the city once per key and number, in order, whatever it does; what it refuses waits for the centre."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest

from chassis import signatures
from chassis.clock import SystemClock
from chassis.signatures import Key, Request
from chassis.testing import lives
from chassis.testing.lives import COMPLAINT
from contracts.directory import UnitListed
from contracts.tickets import TicketFact
from contracts.vocabulary import Channel, FeedbackWay, UnitKind
from portal_bridge import jobs, usecases
from portal_bridge.clients import Replies
from portal_bridge.usecases import Said

KEY = "SH20261124000017"
DONE = "材料已受理，社保登记已办结"
SOON = "UPDATE addressee SET again_at = now()"
LINE_SOON = "UPDATE line SET rest_until = now()"


@dataclass
class Beside:
    """The city and intake at one port: `status` is what a reply is answered, `down` hangs up, `mute` gives no text."""

    key: Key
    status: int = 201
    words: str = "文号有误"
    down: bool = False
    mute: bool = False
    port: int = 0
    heard: list[tuple[str, Any]] = field(default_factory=list)
    tried: int = 0

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request by request."""
        try:
            while True:
                await self._one(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line, *head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = {name.lower(): said for name, _, said in (one.partition(": ") for one in head if one)}
        content = await reader.readexactly(int(headers.get("content-length", "0")))
        method, path, _ = line.split()
        if method == "PUT" and self.down:
            self.tried += 1
            raise ConnectionError
        status, answer = self._answer(method, path, headers, content)
        said = json.dumps(answer).encode()
        writer.write(f"HTTP/1.1 {status} x\r\ncontent-length: {len(said)}\r\n\r\n".encode() + said)
        await writer.drain()

    def _answer(self, method: str, path: str, headers: Mapping[str, str], content: bytes) -> tuple[int, Any]:
        if method == "GET":
            assert path.endswith("?purpose=handling")
            assert headers["authorization"] == "Bearer key-of-portal-bridge"
            return (503, {}) if self.mute else (200, {"text": DONE})
        self.tried += 1
        now = SystemClock().now()
        request = Request(method, f"http://127.0.0.1:{self.port}{path}", content)
        signatures.check(request, headers, {self.key.key_id: self.key.secret}, now, now - now.replace(year=2000))
        if self.status in (200, 201):
            self.heard.append((path.removeprefix("/v1/replies/"), json.loads(content)))
        return self.status, {"detail": self.words}


@pytest.fixture
async def beside(desk: Any, district: Key) -> AsyncIterator[Beside]:
    """A city and an intake that a test rules."""
    made = Beside(district)
    server = await asyncio.start_server(made.take, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{made.port}"
    client = Replies(url, district, url, "key-of-portal-bridge")
    desk.harness.running.kit = replace(desk.harness.running.kit, replies=client)
    yield made
    server.close()


async def follow(desk: Any, *facts: TicketFact) -> None:
    async with desk.harness.work() as work:
        await usecases.replying.follow(work, facts)


async def registered(desk: Any, item: Any, key: str = KEY, complaint: UUID = COMPLAINT) -> None:
    """An item of the city became a complaint."""
    await desk.take(Said(FeedbackWay.PUSH, item(key=key)))
    await desk.rows(
        "UPDATE feedback SET state = 'registered', complaint_id = :complaint WHERE city_key = :key",
        complaint=complaint,
        key=key,
    )


def life(number: int = 1) -> list[Any]:
    """A ticket of the city is opened, accepted and finished."""
    said = {"ticket_id": UUID(int=number), "complaint_id": UUID(int=number + 1)}
    facts = lives.opened(Channel.CITY_EXIT), lives.accepted("24 11:00"), lives.finished("24 12:00")
    return [one.model_copy(update=said) for one in facts]


async def test_replies_are_sent_in_order_and_once(desk: Any, item: Any, beside: Beside) -> None:
    async with desk.harness.work() as work:
        unit = UnitListed(
            code="hrss",
            name="人社局",
            kind=UnitKind.DEPARTMENT,
            credit_code="113101510000000785",
            version=1,
            listed_at=lives.at("24 09:00"),
        )
        await usecases.replying.list_units(work, [unit])
    await follow(desk, *life())
    assert await desk.run(jobs.reply) == 0, "nobody knows yet which item it was"
    await registered(desk, item)
    assert [await desk.run(jobs.reply) for _ in range(3)] == [1, 1, 0]
    assert [path for path, _ in beside.heard] == [f"{KEY}/1", f"{KEY}/2"]
    first, second = (said for _, said in beside.heard)
    assert (first["kind"], first["text"], first["unit_credit_code"]) == ("accepted", None, "113101510000000785")
    assert (second["kind"], second["text"], second["said_at"]) == ("result", DONE, "2026-11-24T12:00:00+08:00")
    assert [type_ for _, type_ in await desk.told() if type_.startswith("reply")] == ["reply.taken.v1"] * 2


async def test_killed_after_it_was_sent_it_comes_again_under_its_number(desk: Any, item: Any, beside: Beside) -> None:
    await registered(desk, item)
    await follow(desk, *life())
    async with desk.harness.work() as work:
        [load] = await jobs.reply.claim(work, 1)
    await jobs.reply.carry_out(desk.harness.running.kit, load)
    assert await desk.run(jobs.reply) == 0, "whoever claimed it may still be at it"
    await desk.rows(SOON)
    beside.status = 200
    for _ in range(2):
        await desk.run(jobs.reply)
    assert [path for path, _ in beside.heard] == [f"{KEY}/1", f"{KEY}/1", f"{KEY}/2"]
    assert beside.heard[0] == beside.heard[1]


async def test_a_city_that_is_down_is_asked_by_one_alone_and_nothing_is_lost(
    desk: Any, item: Any, beside: Beside
) -> None:
    for number in range(1, 6):
        await registered(desk, item, f"K{number}", UUID(int=number + 1))
        await follow(desk, *life(number))
    beside.down = True
    await desk.run(jobs.reply)
    assert beside.tried == 5
    await desk.rows(SOON)
    assert await desk.run(jobs.reply) == 0, "it is left alone"
    for _ in range(3):
        await desk.rows(SOON)
        await desk.rows(LINE_SOON)
        assert await desk.run(jobs.reply) == 1
    assert beside.tried == 8, "one at a time"
    [line] = await desk.rows("SELECT failures, rest_until - now() AS pause FROM line")
    assert (line.failures, 7 < line.pause.total_seconds() <= 8) == (4, True)
    beside.down = False
    await desk.rows(LINE_SOON)
    for _ in range(12):
        await desk.rows(SOON)
        await desk.run(jobs.reply)
    assert sorted(path for path, _ in beside.heard) == [f"K{key}/{number}" for key in range(1, 6) for number in (1, 2)]


@pytest.mark.parametrize(("status", "state"), [(422, "refused"), (404, "refused"), (409, "conflict")])
async def test_what_the_city_did_not_take_waits_for_the_centre_with_its_words(
    desk: Any, item: Any, beside: Beside, act: Any, status: int, state: str
) -> None:
    await registered(desk, item)
    await follow(desk, *life())
    beside.status = status
    for _ in range(3):
        await desk.run(jobs.reply)
    assert beside.tried == 1, "what comes after waits behind it"
    [shown] = (await desk.get("/v1/replies", state=state)).json()
    assert (shown["city_key"], shown["number"], shown["status"], shown["state"]) == (KEY, 1, status, state)
    opened = (await desk.get(f"/v1/replies/{KEY}/1", purpose="handling")).json()
    assert opened["words"] == beside.words
    [audited] = await desk.rows("SELECT principal, action FROM audit")
    assert (audited.principal, audited.action) == ("centre", "reply.read")

    beside.status = 201
    text = str(UUID(int=77))
    answers = [await desk.post(f"/v1/replies/{KEY}/1/corrections", **act(text_id=text)) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].json()["text_ids"] == [text]
    for _ in range(2):
        await desk.run(jobs.reply)
    assert [path for path, _ in beside.heard] == [f"{KEY}/1", f"{KEY}/2"]
    assert beside.heard[0][1]["text"] == DONE
    told = [type_ for _, type_ in await desk.told() if type_.startswith("reply")]
    assert told == ["reply.refused.v1", "reply.corrected.v1", "reply.taken.v1", "reply.taken.v1"]
    assert (await desk.get("/v1/replies", state=state)).json() == []
    assert [one["state"] for one in (await desk.get(f"/v1/replies/{KEY}")).json()] == ["taken", "taken"]


async def test_bad_corrections_are_refused(desk: Any, item: Any, beside: Beside, act: Any) -> None:
    await registered(desk, item)
    await follow(desk, *life())
    address = f"/v1/replies/{KEY}/1/corrections"

    async def code(who: str = "centre", address: str = address, **said: Any) -> Any:
        return (await desk.post(address, who, **act(**said))).json()["code"]

    assert await code(address=f"/v1/replies/{KEY}/7/corrections") == "reply.unknown"
    assert await code() == "reply.not-refused"
    assert await code(who="unit.hrss") == "principal.not-allowed"
    beside.status = 422
    await desk.run(jobs.reply)
    assert (await desk.post(address, **act())).status_code == 200
    assert await code(text_id=str(UUID(int=3))) == "action.different-body"
    assert (await desk.get("/v1/replies", state="taken")).json()["code"] == "request.invalid"


async def test_while_intake_is_away_the_city_is_not_asked(desk: Any, item: Any, beside: Beside) -> None:
    await registered(desk, item)
    await follow(desk, *life())
    await desk.run(jobs.reply)
    beside.mute = True
    await desk.run(jobs.reply)
    assert beside.tried == 1
    assert (await desk.rows("SELECT failures FROM line"))[0].failures == 0
    beside.mute = False
    await desk.rows(SOON)
    await desk.run(jobs.reply)
    assert [path for path, _ in beside.heard] == [f"{KEY}/1", f"{KEY}/2"]


async def test_when_one_finds_nobody_the_rest_of_its_load_is_left_for_later(
    desk: Any, item: Any, beside: Beside
) -> None:
    for number in range(1, 31):
        await registered(desk, item, f"K{number}", UUID(int=number + 1))
        await follow(desk, *life(number))
    beside.status = 503
    await desk.run(jobs.reply)
    assert beside.tried <= 8
    [row] = await desk.rows("SELECT sum(failures) AS failed, count(*) AS many FROM addressee")
    assert (row.failed, row.many) == (beside.tried, 30)


async def test_nothing_of_a_text_stays_here(desk: Any, item: Any, beside: Beside) -> None:
    await registered(desk, item)
    await follow(desk, *life())
    for _ in range(2):
        await desk.run(jobs.reply)
    assert len(beside.heard) == 2
    written = [
        str(tuple(row)) for table in ("reply", "addressee", "log") for row in await desk.rows(f"SELECT * FROM {table}")
    ]
    assert not [row for row in written if DONE in row]
