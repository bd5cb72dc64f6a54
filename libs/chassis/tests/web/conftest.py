"""A desk that takes notes over HTTP: a tiny service with every way to end well and badly."""

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

import httpx2
import pytest
import uvicorn
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from chassis import telemetry, web
from chassis.settings import Settings
from contracts.refusals import Refused

KEY = "w" * 43
AUTHORIZED = {"authorization": f"Bearer {KEY}"}


class Tag(BaseModel):
    """A part of a note."""

    model_config = ConfigDict(extra="forbid")
    word: str = Field(max_length=50)
    weight: int = 1


class Note(BaseModel):
    """What is noted."""

    model_config = ConfigDict(extra="forbid")
    title: str
    tags: list[Tag] = []
    counts: dict[str, int] = {}


@dataclass
class Desk:
    """The running service: counts what it committed, and fails as it is told."""

    settings: Settings
    committed: int = 0
    rolled_back: int = 0
    raising: Exception | None = None
    commit_raising: Exception | None = None
    reasons: list[str] = field(default_factory=list)
    traces: list[str | None] = field(default_factory=list)
    held: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def work(self) -> AsyncIterator["Desk"]:
        try:
            yield self
            if self.commit_raising:
                raise self.commit_raising
        except BaseException:
            self.rolled_back += 1
            raise
        self.committed += 1

    def not_live(self) -> Sequence[str]:
        return self.reasons

    def not_ready(self) -> Sequence[str]:
        return self.reasons


InDesk = Annotated[Desk, web.InWork]
router = APIRouter(prefix="/v1")


@router.post("/notes", status_code=201, dependencies=[web.limited])
async def write(note: Note, desk: InDesk, who: Annotated[web.Principal, web.Caller]) -> dict[str, str]:
    web.allow(who, "channel")
    desk.traces.append(telemetry.traceparent())
    if desk.raising:
        raise desk.raising
    return {"channel": who.rest}


@router.post("/raw")
async def raw(request: Request) -> int:
    return len(await request.body())


@router.get("/notes/{note_id}")
async def read(note_id: UUID, desk: InDesk) -> str:
    return str(note_id)


@router.get("/search")
async def search(q: str, limit: Annotated[int, Field(ge=1, le=100)] = 10) -> int:
    return len(q) + limit


@router.get("/refused/{code}")
async def refuse(code: str) -> None:
    raise Refused(code, fields=["title: missing", "tags.0.13800138000: int_type"], unit="hrss", said="张三")


@router.get("/held")
async def hold(desk: InDesk) -> None:
    await desk.held.wait()


@router.get("/broken-off")
async def break_off() -> StreamingResponse:
    async def parts() -> AsyncIterator[bytes]:
        yield b"a"
        raise RuntimeError("张三")

    return StreamingResponse(parts())


class Served:
    """The service as its app.py declares it."""

    name = "desk"
    api = (router,)


def settings(**said: Any) -> Settings:
    """Settings of a desk whose one caller is channel.window."""
    keys = {
        "channel.window": hashlib.sha256(KEY.encode()).hexdigest(),
        "unit.hrss": hashlib.sha256(b"unit").hexdigest(),
    }
    given = {"kafka_servers": "-", "kafka_username": "desk", "database_url": SecretStr("-"), "keys": keys}
    return Settings(**{**given, "rate_limit": "1000000/minute", "http_port": 0, **said})


@pytest.fixture
def desk() -> Desk:
    return Desk(settings())


def _calling(desk: Desk, *, api: bool = True) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(web.application(Served(), desk, api=api))
    return httpx2.AsyncClient(transport=transport, base_url="http://desk", headers=AUTHORIZED)


@pytest.fixture
def calling() -> Callable[..., httpx2.AsyncClient]:
    """Gives the client of a desk, as channel.window."""
    return _calling


@pytest.fixture
async def client(desk: Desk) -> AsyncIterator[httpx2.AsyncClient]:
    async with _calling(desk) as client:
        yield client


@dataclass(frozen=True)
class Address:
    """Where the desk listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


@pytest.fixture
async def address() -> AsyncIterator[Address]:
    """The desk behind a real uvicorn, with a small size limit and little time."""
    desk = Desk(settings(http_max_bytes=64 * 1024, http_seconds=1.5))
    server = uvicorn.Server(web.listening(web.application(Served(), desk), desk.settings))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        serving = asyncio.create_task(server._serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield Address(*listener.getsockname())
        server.should_exit = True
        await serving
