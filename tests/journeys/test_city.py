"""The sample city does what docs/city-feedback.md says, whether it behaves or not: the tests that stand on it may."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from time import CLOCK_REALTIME, clock_gettime
from typing import Any

import httpx2
import pytest
from tests.deployment import ROOT, until
from tests.journeys.cities import City, Key, city, city_made

_PATIENCE_S = 30.0
PUSH = "/v1/city/feedback"
RESULT = {
    "kind": "result",
    "said_at": "2026-11-27T15:20:00+08:00",
    "unit_credit_code": None,
    "project_number": None,
    "text": "已为您办妥。",
}


@dataclass
class Bridge:
    """The district's end of pushing: it checks by hand what the city signed, and remembers what came."""

    key: Key
    url: str = ""
    status: int = 200
    wrong: list[str] = field(default_factory=list)
    came: list[list[str]] = field(default_factory=list)
    calls: int = 0

    @classmethod
    @asynccontextmanager
    async def listening(cls, key: Key) -> AsyncIterator["Bridge"]:
        bridge = cls(key)
        server = await asyncio.start_server(bridge._take, "127.0.0.1", 0)
        bridge.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield bridge
        finally:
            server.close()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
        headers = {name.lower(): said.strip() for name, _, said in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.calls += 1
        self._check(head[0], headers, body)
        said = json.dumps({"answers": self._answers(json.loads(body)["items"])}).encode() if self.status == 200 else b""
        phrase = HTTPStatus(self.status).phrase
        writer.write(
            f"HTTP/1.1 {self.status} {phrase}\r\ncontent-length: {len(said)}\r\nconnection: close\r\n".encode()
        )
        writer.write(b"retry-after: 0\r\n\r\n" + said)
        writer.close()

    def _check(self, line: str, headers: dict[str, str], body: bytes) -> None:
        created = int(re.search(r"created=(\d+)", headers["signature-input"])[1])  # type: ignore[index]
        wanted = self.key.headers("POST", self.url + PUSH, body, created)
        same = all(headers[name.lower()] == said for name, said in wanted.items())
        if not same or line != f"POST {PUSH} HTTP/1.1" or abs(created - clock_gettime(CLOCK_REALTIME)) > 300:
            self.wrong.append(headers["signature-input"])

    def _answers(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        self.came.append([one["key"] for one in items])
        return [self._answer(one) for one in items]

    def _answer(self, item: dict[str, Any]) -> dict[str, Any]:
        known = sum(item["key"] in keys for keys in self.came) > 1
        answer = "same" if known else "accepted"
        return {"key": item["key"], "answer": answer, "code": None, "title": None, "errors": []}


@pytest.fixture
async def bridge() -> AsyncIterator[Bridge]:
    async with Bridge.listening(Key.new("city-a")) as listening:
        yield listening


@pytest.fixture(scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return await city_made(tmp_path_factory.mktemp("city") / "home")


@pytest.fixture
async def sample(home: Path, bridge: Bridge, tmp_path: Path) -> AsyncIterator[City]:
    """The city, with a store of its own, not started."""
    async with city(home, tmp_path / "city.sqlite", bridge.url, Key.new("district-a"), bridge.key) as ready:
        yield ready


async def items(sample: City) -> dict[str, Any]:
    """What was answered about each item."""
    return {one["key"]: one["answer"] for one in await sample.control("GET", "items")}


async def tried(bridge: Bridge, times: int) -> None:
    async def holds() -> bool:
        return bridge.calls >= times

    await until(holds, _PATIENCE_S, f"{times} tries")


async def all_answered(sample: City, answer: str) -> None:
    async def holds() -> bool:
        return set((await items(sample)).values()) == {answer}

    await until(holds, _PATIENCE_S, f"every item to be {answer}")


def said(name: str, document: str) -> str:
    found = re.search(rf"^{name}: (.*)$", document, re.MULTILINE)
    assert found
    return found[1]


def test_the_example_of_the_document_is_what_it_says() -> None:
    document = (ROOT / "docs" / "city-feedback.md").read_text("utf-8")
    body = re.search(r'^\{"kind":"accepted".*$', document, re.MULTILINE)
    assert body
    url = re.search(r'^"@target-uri": (.*)$', document, re.MULTILINE)
    assert url
    headers = Key("district-2026a", bytes(range(32))).headers("PUT", url[1], body[0].encode(), 1795658700)
    assert headers == {name: said(name, document) for name in headers}


async def test_what_people_said_is_sent_until_it_is_answered_though_either_side_dies(
    sample: City, bridge: Bridge
) -> None:
    bridge.status = 503
    await sample.start("--items", "sample.jsonl", "--made", "500", "--push")
    await tried(bridge, 2)
    await sample.kill()
    bridge.status = 200
    await sample.start("--items", "sample.jsonl", "--push")
    await all_answered(sample, "accepted")
    assert [len(keys) for keys in bridge.came] == [500, 16]
    assert bridge.wrong == []
    entries = await sample.ledger()
    assert [one["number"] for one in entries] == list(range(1, 517))
    assert [one["key"] for one in entries] == [key for keys in bridge.came for key in keys]


async def test_badly_behaved_it_sends_twice_and_the_wrong_way_round(sample: City, bridge: Bridge) -> None:
    await sample.start("--push")
    await sample.behave(twice=True, shuffled=True)
    await sample.control("POST", "items?made=3")
    await all_answered(sample, "same")
    assert len(bridge.came) == 2
    assert bridge.came[0] == bridge.came[1] == sorted(bridge.came[0], reverse=True)
    await sample.behave(twice=False, shuffled=False)
    await sample.control("POST", "again")
    await all_answered(sample, "same")
    assert bridge.came[2] == sorted(bridge.came[0])
    assert len(await sample.ledger()) == 3


async def test_a_signature_of_yesterday_is_made_when_it_is_told_so(sample: City, bridge: Bridge) -> None:
    await sample.start("--push")
    await sample.behave(signs_ahead_s=-86_400)
    await sample.control("POST", "items?made=1")
    await all_answered(sample, "accepted")
    assert len(bridge.wrong) == 1


async def test_items_are_fetched_page_by_page_and_stand_behind_their_cursor(sample: City) -> None:
    await sample.start("--items", "sample.jsonl")
    first = (await sample.ask("GET", "/v1/feedback?most=10")).json()
    assert await sample.ledger() == []
    rest = (await sample.ask("GET", f"/v1/feedback?after={first['cursor']}")).json()
    assert [one["key"] for one in first["items"] + rest["items"]] == [f"SH-PJ-{one:04d}" for one in range(1, 17)]
    assert [one["entry"] for one in await sample.ledger()] == ["item"] * 10
    end = (await sample.ask("GET", f"/v1/feedback?after={rest['cursor']}")).json()
    assert end == {"items": [], "cursor": rest["cursor"]}
    assert len(await sample.ledger()) == 16
    await sample.behave(twice=True, shuffled=True)
    assert (await sample.ask("GET", "/v1/feedback?most=2")).json()["items"] == first["items"][1::-1] * 2


async def test_a_reply_is_taken_once_by_key_and_number(sample: City) -> None:
    await sample.start("--items", "sample.jsonl")
    path, other = "/v1/replies/SH-PJ-0001/1", RESULT | {"text": "另一个答复。"}
    answers = [await sample.ask("PUT", path, body) for body in (RESULT, RESULT, other)]
    assert [one.status_code for one in answers] == [201, 200, 409]
    assert answers[2].json()["code"] == "reply.different-body"
    await sample.kill()
    await sample.start()
    assert (await sample.ask("PUT", path, RESULT)).status_code == HTTPStatus.OK
    [entry] = await sample.ledger()
    assert (entry["entry"], entry["key"], entry["reply"]) == ("reply", "SH-PJ-0001", 1)
    [kept] = await sample.control("GET", "replies")
    assert (json.loads(kept["body"]), kept["said"]) == (RESULT, 3)


async def test_a_reply_is_refused_with_words(sample: City) -> None:
    await sample.start("--items", "sample.jsonl")
    wrong = (
        RESULT | {"text": "字" * 10_001},
        RESULT | {"text": None},
        RESULT | {"kind": "done"},
        RESULT | {"said_at": "2026-11-27T15:20:00"},
        RESULT | {"more": 1},
    )
    answers = [await sample.ask("PUT", "/v1/replies/SH-PJ-0001/1", body) for body in wrong]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(422, "reply.invalid")}
    assert all(re.search(r"[一-鿿]", one.json()["detail"]) for one in answers)
    assert (await sample.ask("PUT", "/v1/replies/strange/1", RESULT)).status_code == HTTPStatus.NOT_FOUND
    await sample.behave(refuses="请补充办理依据")
    refused = await sample.ask("PUT", "/v1/replies/SH-PJ-0001/1", RESULT)
    assert (refused.status_code, refused.json()["detail"]) == (422, "请补充办理依据")
    await sample.behave(refuses=None)
    assert (await sample.ask("PUT", "/v1/replies/SH-PJ-0001/1", wrong[0] | {"text": "改"})).status_code == 201


async def test_only_what_the_district_signed_just_now_is_answered(sample: City) -> None:
    await sample.start("--items", "sample.jsonl")
    now = clock_gettime(CLOCK_REALTIME)
    asked = [await sample.ask("GET", "/v1/ledger", at=now + off) for off in (-290, 290, -330, 330)]
    assert [one.status_code for one in asked] == [200, 200, 401, 401]
    assert asked[2].json()["code"] == "signature.expired"
    for answer in [one async for one in _unsigned(sample)]:
        assert (answer.status_code, answer.json()["code"]) in {(401, "signature.wrong"), (401, "signature.missing")}


async def _unsigned(sample: City) -> AsyncIterator[httpx2.Response]:
    """Answers to what nobody signed, somebody else signed, and what was changed on its way."""
    url, body = f"{sample.url}/v1/replies/SH-PJ-0001/1", json.dumps(RESULT).encode()
    good = sample.key.headers("PUT", url, body)
    yield await sample.client.put(url, content=body)
    yield await sample.client.put(url, content=body, headers=Key.new("district-a").headers("PUT", url, body))
    yield await sample.client.put(url, content=body, headers=Key.new("city-a").headers("PUT", url, body))
    yield await sample.client.put(url, content=body + b" ", headers=good)
    yield await sample.client.put(url.replace("0001", "0002"), content=body, headers=good)
    yield await sample.client.put(url + "?a=b", content=body, headers=good)


async def test_down_slow_and_forgetful(sample: City) -> None:
    await sample.start("--items", "sample.jsonl")
    await sample.behave(down=True, retry_after_s=7)
    down = await sample.ask("PUT", "/v1/replies/SH-PJ-0001/1", RESULT)
    assert (down.status_code, down.headers["retry-after"]) == (503, "7")
    await sample.behave(down=False, slow_ms=150, forgets=True)
    forgot = await sample.ask("PUT", "/v1/replies/SH-PJ-0001/1", RESULT)
    assert forgot.status_code == HTTPStatus.CREATED
    assert forgot.elapsed.total_seconds() >= 0.15
    assert await sample.ledger() == []
