"""The sample city from examples/city, running; and the district's side of what it speaks, signed by hand."""

import base64
import hashlib
import hmac
import json
import secrets
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import CLOCK_REALTIME, clock_gettime
from typing import Any

import httpx2
from tests.deployment import ROOT, Deployment, until, variable
from tests.journeys.programs import PYTHON, made, said_by, started

from stack.testing import native

_FRESH = httpx2.Limits(keepalive_expiry=2.0)
"""A connection is not used again that the city may be closing just now: it does so after five seconds."""
_READY_S = 60.0


@dataclass(frozen=True)
class Key:
    """A key and its id."""

    key_id: str
    secret: bytes

    @classmethod
    def new(cls, key_id: str) -> "Key":
        return cls(key_id, secrets.token_bytes(32))

    @property
    def written(self) -> str:
        """As it is agreed."""
        return f"{self.key_id}:{base64.b64encode(self.secret).decode()}"

    @property
    def as_json(self) -> str:
        """As portal-bridge's settings have it."""
        return json.dumps({self.key_id: base64.b64encode(self.secret).decode()})

    def headers(self, method: str, url: str, body: bytes, at: float | None = None) -> dict[str, str]:
        """Digest and signature of a request, line by line as docs/city-feedback.md has it."""
        digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
        created = int(clock_gettime(CLOCK_REALTIME) if at is None else at)
        params = f'("@method" "@target-uri" "content-digest");created={created};keyid="{self.key_id}";alg="hmac-sha256"'
        lines = (
            f'"@method": {method}',
            f'"@target-uri": {url}',
            f'"content-digest": {digest}',
            f'"@signature-params": {params}',
        )
        made = base64.b64encode(hmac.digest(self.secret, "\n".join(lines).encode(), "sha256")).decode()
        return {"Content-Digest": digest, "Signature-Input": f"sig1={params}", "Signature": f"sig1=:{made}:"}


@dataclass
class City:
    """The program, and how the district and a person beside it speak to it."""

    home: Path
    url: str
    settings: dict[str, str]
    key: Key
    """The district's, by which it signs."""
    own: Key
    """The city's, by which it signs."""
    client: httpx2.AsyncClient
    process: Process | None = None

    async def start(self, *options: str) -> None:
        """Run it, and return when it answers."""
        self.process = await started((".venv/bin/python", "city.py", *options), self.home, self.settings)

        async def answers() -> bool:
            try:
                return (await self.client.get(f"{self.url}/control")).status_code == httpx2.codes.OK
            except httpx2.TransportError:
                return False

        await until(answers, _READY_S, lambda: f"the city; it said {said_by(self.home).read_text()[-2000:]}")

    async def kill(self) -> None:
        """End it as by kill -9."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def ask(self, method: str, path: str, body: Any = None, at: float | None = None) -> httpx2.Response:
        """What it answers to a request that the district has signed."""
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = self.key.headers(method, self.url + path, content, at)
        return await self.client.request(method, self.url + path, content=content, headers=headers)

    async def behave(self, **manners: Any) -> None:
        """Tell it how to behave."""
        (await self.client.put(f"{self.url}/control", json=manners)).raise_for_status()

    async def control(self, method: str, what: str, content: bytes = b"") -> Any:
        """Look into its books, or change them."""
        answer = await self.client.request(method, f"{self.url}/control/{what}", content=content)
        return answer.raise_for_status().json() if answer.content else None

    async def ledger(self) -> list[dict[str, Any]]:
        """All of its ledger, page by page."""
        entries: list[dict[str, Any]] = []
        while True:
            after = entries[-1]["number"] if entries else 0
            page = (await self.ask("GET", f"/v1/ledger?after={after}&most=3")).raise_for_status().json()
            entries += page["entries"]
            if not page["entries"]:
                return entries


def agreed(sample: City, district: Deployment) -> dict[str, str]:
    """The variables by which portal-bridge knows what was agreed with the city, and where intake is."""
    said = {
        "PUBLIC_URL": sample.settings["DISTRICT_URL"],
        "CITY_URL": sample.url,
        "CITY_KEYS": sample.own.as_json,
        "DISTRICT_KEYS": sample.key.as_json,
        "DISTRICT_KEY": sample.key.key_id,
        "INTAKE_URL": district.url("intake"),
    }
    return {variable("portal-bridge", name): value for name, value in said.items()}


async def city_made(home: Path) -> Path:
    """A copy of the program with what it depends on."""
    return await made(ROOT / "examples" / "city", PYTHON, home)


@asynccontextmanager
async def city(home: Path, store: Path, district_url: str, district: Key, ours: Key) -> AsyncIterator[City]:
    """A city that is ready to be started, with the keys that both sides agreed on; killed at the end."""
    url = f"http://127.0.0.1:{native.free_ports(1)[0]}"
    settings = {
        "CITY_URL": url,
        "DISTRICT_URL": district_url,
        "CITY_KEYS": ours.written,
        "DISTRICT_KEYS": district.written,
        "STORE": str(store),
    }
    async with httpx2.AsyncClient(timeout=10, limits=_FRESH) as client:
        ready = City(home, url, settings, district, ours, client)
        try:
            yield ready
        finally:
            if ready.process is not None and ready.process.returncode is None:
                await ready.kill()
