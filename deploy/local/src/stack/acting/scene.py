"""Where a sample's life is played: its ticket, the doors of the services, and ids that are the same every time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import httpx2

from contracts.topics import SERVICES
from stack.credentials import shouted
from stack.environment import CITY_URL
from stack.watch import bearer

_OUTSIDE = UUID(int=0)
_PATIENCE_S = 20.0
_AGAIN_S = 0.1
_NOT_YET = frozenset((403, 404, 429))
"""What a service answers that has not learned from its topics yet, or is asked too much."""


class Stopped(Exception):  # noqa: N818 - how a life ends
    """A sample's life goes no further: somebody else has done something to it, or a service is away."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The services over HTTP, as any principal asks them."""

    env: Mapping[str, str]
    clients: Mapping[str, httpx2.AsyncClient]

    def id(self, step: str) -> str:
        """The id of what is said outside of a scene: always the same."""
        return str(uuid5(_OUTSIDE, step))

    async def ask(self, who: str | None, service: str, method: str, path: str, **more: Any) -> Any:
        """What the service answers, as soon as it knows enough; who signs is None. Raises Stopped with its code."""
        headers = (bearer(who, self.env) if who else {}) | more.pop("headers", {})
        end = asyncio.get_running_loop().time() + _PATIENCE_S
        while True:
            answer = await self._once(service, method, path, headers=headers, **more)
            if answer.is_success:
                return answer.json()
            passes = answer.status_code in _NOT_YET or answer.is_server_error
            if not passes or asyncio.get_running_loop().time() > end:
                raise Stopped(f"{method} {path} of {service}: {_code(answer)}")
            await asyncio.sleep(_AGAIN_S)

    async def _once(self, service: str, method: str, path: str, **more: Any) -> httpx2.Response:
        """One answer; 503 when there is none."""
        try:
            return await self.clients[service].request(method, path, **more)
        except httpx2.TransportError:
            return httpx2.Response(503)


def _code(answer: httpx2.Response) -> str:
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError):
        return str(answer.status_code)


@asynccontextmanager
async def doors(env: Mapping[str, str]) -> AsyncIterator[Doors]:
    """The doors of the running services, and of the sample city where it runs."""
    async with AsyncExitStack() as opened:
        urls = {service: env[f"BBCS_{shouted(service)}_URL"] for service in SERVICES}
        urls |= {"city": env[CITY_URL]} if CITY_URL in env else {}
        clients = {
            name: await opened.enter_async_context(httpx2.AsyncClient(base_url=url, timeout=10.0))
            for name, url in urls.items()
        }
        yield Doors(env, clients)


@dataclass(frozen=True, slots=True)
class Scene:
    """A sample on its way: its complaint, its ticket and its unit."""

    doors: Doors
    complaint: str
    ticket: str
    unit: str

    def id(self, step: str) -> str:
        """The id of what a step says: always the same, so said again it has happened already."""
        return str(uuid5(UUID(self.complaint), step))

    async def write(self, who: str, step: str, kind: str, text: str) -> dict[str, Any]:
        """Seal what a step writes, once: `text_id` and `written_at`."""
        said = {"json": {"kind": kind, "text": text}, "headers": {"idempotency-key": self.id(f"{step} {kind}")}}
        return dict(await self.doors.ask(who, "intake", "POST", f"/v1/complaints/{self.complaint}/texts", **said))

    async def act(self, who: str, officer: str, step: str, do: Mapping[str, Any]) -> None:
        """Do something to the ticket, once."""
        said = {"action_id": self.id(step), "officer": officer, "do": do}
        await self.doors.ask(who, "dispatch", "POST", f"/v1/tickets/{self.ticket}/actions", json=said)


Step = Callable[[Scene], Awaitable[None]]
"""Something that a department or a clerk does about a sample."""
