"""What only a real server shows: bodies in chunks, bodies that never end, bytes that are no HTTP at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx2
import pytest

KEY = "w" * 43
HEADERS = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
LARGEST = 64 * 1024
HEAD = b"POST /v1/notes HTTP/1.1\r\nhost: desk\r\nauthorization: Bearer " + KEY.encode() + b"\r\n"
RUBBISH = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET\r\n\r\n",
    b"GET /\xe5\xbc\xa0 HTTP/1.1\r\nhost: desk\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: desk\r\nx: \x00\r\n\r\n",
    HEAD + b"content-length: -1\r\n\r\n",
    HEAD + b"content-length: 5\r\ncontent-length: 6\r\n\r\nabcdef",
    HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
    b"GET / HTTP/1.1\r\nx: " + b"a" * 200_000 + b"\r\n\r\n",
]

Address = Any
"""The address of conftest.py, which tests cannot import."""


async def parts(size: int) -> AsyncIterator[bytes]:
    yield b'{"title":"'
    for _ in range(size // 1024):
        yield b"a" * 1024
    yield b'"}'


async def told(address: Address, sent: bytes) -> bytes:
    """What the server says to these bytes until it closes the connection."""
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(sent)
    answer = b""
    with suppress(ConnectionResetError):
        async with asyncio.timeout(5):
            while part := await reader.read(1024):
                answer += part
    writer.close()
    return answer


@pytest.mark.parametrize(("size", "status"), [(LARGEST // 2, 201), (LARGEST, 413), (LARGEST * 12, 413)])
async def test_a_body_in_chunks_is_measured_as_it_comes(address: Address, size: int, status: int) -> None:
    async with httpx2.AsyncClient(base_url=address.url, headers=HEADERS) as client:
        answer = await client.post("/v1/notes", content=parts(size))
    assert answer.status_code == status


async def test_a_client_that_sends_two_mebibytes_hears_why_not(address: Address) -> None:
    async with httpx2.AsyncClient(base_url=address.url, headers=HEADERS) as client:
        answer = await client.post("/v1/notes", content=b"a" * LARGEST * 15)
        assert (answer.status_code, answer.json()["code"]) == (413, "request.too-large")
        assert (await client.post("/v1/notes", json={"title": "a"})).status_code == 201


async def test_a_body_that_never_ends_is_not_waited_for(address: Address) -> None:
    answer = await told(address, HEAD + b"content-type: application/json\r\ncontent-length: 100\r\n\r\n{")
    assert answer.startswith(b"HTTP/1.1 503")
    assert b'"code":"request.deadline"' in answer


async def test_a_client_that_leaves_does_no_harm(address: Address) -> None:
    _, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(HEAD + b"content-type: application/json\r\ncontent-length: 100\r\n\r\n{")
    await writer.drain()
    writer.transport.abort()
    async with httpx2.AsyncClient(base_url=address.url) as client:
        assert (await client.get("/livez")).status_code == 200


@pytest.mark.parametrize("sent", RUBBISH)
async def test_what_is_no_http_is_turned_away_and_the_server_goes_on(address: Address, sent: bytes) -> None:
    answer = await told(address, sent)
    assert answer.startswith(b"HTTP/1.1 4") or answer == b""
    async with httpx2.AsyncClient(base_url=address.url) as client:
        assert (await client.get("/livez")).status_code == 200


async def test_the_server_does_not_say_what_it_is(address: Address) -> None:
    async with httpx2.AsyncClient(base_url=address.url) as client:
        assert "server" not in (await client.get("/livez")).headers
