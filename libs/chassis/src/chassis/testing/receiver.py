"""Somebody outside who is called over HTTP, for the tests of those who call: as slow, as rude and as dead as wanted."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Self

DROP = 0
"""Instead of a status: take the call, and hang up without a word."""


@dataclass(frozen=True)
class Call:
    """A call that was taken: its headers, in small letters, and its body."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers with `status`, as soon as `hurry` is set; calls that wait for it are in `waiting`, by `webhook-id`."""

    port: int = 0
    status: int = 200
    calls: list[Call] = field(default_factory=list)
    waiting: Counter[str] = field(default_factory=Counter)
    most_at_once: int = 0
    hurry: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/told"

    @classmethod
    @asynccontextmanager
    async def listening(cls) -> AsyncIterator[Self]:
        """A receiver that answers 200 at once."""
        receiver = cls()
        receiver.hurry.set()
        server = await asyncio.start_server(receiver._take, "127.0.0.1", 0)
        receiver.port = server.sockets[0].getsockname()[1]
        try:
            yield receiver
        finally:
            receiver.hurry.set()
            server.close()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = await _read(reader)
        self.calls.append(call)
        await self._wait(call.headers.get("webhook-id", ""))
        if self.status != DROP:
            phrase = HTTPStatus(self.status).phrase
            writer.write(f"HTTP/1.1 {self.status} {phrase}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        writer.close()

    async def _wait(self, called: str) -> None:
        self.waiting[called] += 1
        self.most_at_once = max(self.most_at_once, self.waiting[called])
        await self.hurry.wait()
        self.waiting[called] -= 1


async def _read(reader: asyncio.StreamReader) -> Call:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()[1:]
    pairs = (line.partition(":") for line in head if line)
    headers = {name.lower(): said.strip() for name, _, said in pairs}
    return Call(headers, await reader.readexactly(int(headers.get("content-length", "0"))))
