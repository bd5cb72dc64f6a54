"""The city's feedback platform, as small as it can be: sends what people said, takes replies, and keeps a ledger.

It speaks what docs/city-feedback.md says and nothing else, keeps everything in one file, and can be told to behave
badly: slow, down, twice, in the wrong order, forgetful, with a clock that is wrong.
"""

import argparse
import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx2
import uvicorn
from answers import WrongError, checked, problem
from books import Body, Books, canonical
from items import made, written
from signing import Keys, Message, UnsignedError, sign, verify
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

MOST = 500
PAUSE_S = 0.5
PATIENCE_S = 10.0
STORE = os.environ.get("STORE", "city.sqlite")
SHANGHAI = ZoneInfo("Asia/Shanghai")

Handler = Callable[[Request, bytes], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Manners:
    """How the city behaves; it begins well."""

    slow_ms: int = 0
    """How long every answer takes."""
    down: bool = False
    """Every answer is 503, and nothing is sent."""
    retry_after_s: int = 1
    """What those answers ask for."""
    twice: bool = False
    """Everything is sent twice, and stands twice in what is fetched."""
    shuffled: bool = False
    """The newest is sent first, and what is fetched stands the wrong way round."""
    forgets: bool = False
    """Replies are answered as if they were taken, and not kept."""
    refuses: str | None = None
    """Words by which every new reply is refused."""
    ahead_s: int = 0
    """By how much the clock by which it says when something was is ahead of the machine's."""
    signs_ahead_s: int = 0
    """The same of the clock by which it signs, and judges signatures."""


@dataclass
class City:
    """What it answers, and what it sends."""

    url: str
    district: str
    books: Books
    ours: Keys
    theirs: Keys
    client: httpx2.AsyncClient
    manners: Manners = Manners()

    def now(self) -> datetime:
        """The instant by the city's clock."""
        return datetime.now(SHANGHAI) + timedelta(seconds=self.manners.ahead_s)

    def written_now(self) -> str:
        """The same as bodies have it."""
        return self.now().isoformat(timespec="milliseconds")

    def signing_now(self) -> datetime:
        """The instant by the clock of signatures."""
        return datetime.now(SHANGHAI) + timedelta(seconds=self.manners.signs_ahead_s)

    def page(self, request: Request, body: bytes) -> Response:
        """`GET /v1/feedback`: items after a cursor, which is the number of an item."""
        after, most = asked(request)
        self.books.fetched(after, self.written_now())
        rows = self.books.after(after, most)
        cursor = rows[-1]["number"] if rows else after
        told = rows[::-1] if self.manners.shuffled else rows
        told = told * 2 if self.manners.twice else told
        return JSONResponse({"items": [json.loads(one["body"]) for one in told], "cursor": str(cursor)})

    def reply(self, request: Request, body: bytes) -> Response:
        """`PUT /v1/replies/{key}/{number}`: taken once by key and number."""
        key, number = request.path_params["key"], request.path_params["number"]
        said = checked(body)
        before = self.books.reply(key, number)
        if before is None:
            self.take(key, number, said)
            return Response(status_code=201)
        if before != canonical(said):
            raise WrongError(409, "reply.different-body")
        self.books.said_again(key, number)
        return Response(status_code=200)

    def take(self, key: str, number: int, said: Body) -> None:
        """Keep a new reply, unless the manners are against it. Raises WrongError."""
        if not self.books.has(key):
            raise WrongError(404, "feedback.unknown")
        if self.manners.refuses:
            raise WrongError(422, "reply.invalid", self.manners.refuses)
        if not self.manners.forgets:
            self.books.take(key, number, said, self.written_now())
            say(f"reply {number} of {key} was taken: {said['kind']}")

    def ledger(self, request: Request, body: bytes) -> Response:
        """`GET /v1/ledger`: what has passed, after a number."""
        entries = [dict(one) for one in self.books.ledger(*asked(request))]
        return JSONResponse({"entries": entries, "last": self.books.last_entry()})

    async def push(self) -> int:
        """Send a page of what is unanswered; gives how many answers came."""
        rows = self.books.unanswered(MOST, newest_first=self.manners.shuffled)
        if not rows or self.manners.down:
            return 0
        body = json.dumps({"items": [json.loads(one["body"]) for one in rows]}, ensure_ascii=False).encode()
        for _ in range(2 if self.manners.twice else 1):
            answers = await self.send(body)
            named = [answer | {"key": row["key"]} for row, answer in zip(rows, answers, strict=True)]
            self.books.answered(named, self.written_now())
        return len(rows)

    async def send(self, body: bytes) -> list[Body]:
        """What the district answers, an answer for each item."""
        message = Message("POST", f"{self.district}/v1/city/feedback", {"Content-Type": "application/json"})
        sign(message, body, self.ours, self.signing_now())
        answer = await self.client.post(message.url, content=body, headers=message.headers)
        return list(answer.raise_for_status().json()["answers"])

    async def keep_pushing(self) -> None:
        """Send what comes, for as long as it takes."""
        while True:
            try:
                answered = await self.push()
            except httpx2.HTTPError as error:
                say(f"the district takes nothing: {error!r}")
                await asyncio.sleep(pause(error))
            else:
                await asyncio.sleep(0 if answered else PAUSE_S)
                if answered:
                    say(f"{answered} items were answered")

    def signed(self, handler: Handler) -> Endpoint:
        """What answers the district: by the manners, and only what the district has signed."""

        async def endpoint(request: Request) -> Response:
            body = await request.body()
            await asyncio.sleep(self.manners.slow_ms / 1000)
            if self.manners.down:
                return problem(503, "service.unavailable", Retry_After=str(self.manners.retry_after_s))
            try:
                message = Message(request.method, self.address(request), request.headers)
                verify(message, body, self.theirs, self.signing_now())
                return handler(request, body)
            except UnsignedError as error:
                return problem(401, error.code)
            except WrongError as error:
                return problem(error.status, error.code, error.detail)

        return endpoint

    def address(self, request: Request) -> str:
        """The whole address of a request: of the base as it was agreed, not as a proxy made it."""
        query = request.url.query
        return f"{self.url}{request.scope['raw_path'].decode()}{'?' if query else ''}{query}"


class Control:
    """How somebody on this machine tells the city to behave, and looks into its books."""

    def __init__(self, city: City) -> None:
        self.city = city

    async def manners(self, request: Request) -> Response:
        """Show how it behaves, or change some of it."""
        if request.method == "PUT":
            try:
                self.city.manners = replace(self.city.manners, **await request.json())
            except TypeError:
                return problem(422, "request.invalid")
        return JSONResponse(asdict(self.city.manners))

    async def items(self, request: Request) -> Response:
        """Show items and their answers; take more as JSON Lines, or make as many as `made` says."""
        if request.method == "POST":
            count = int(request.query_params.get("made", "0"))
            more = made(count, self.city.books.last_item(), self.city.now())
            self.city.books.add([*written((await request.body()).decode()), *more])
        return JSONResponse([dict(one) for one in self.city.books.after(0, -1)])

    async def again(self, request: Request) -> Response:
        """Send everything once more."""
        self.city.books.forget_answers()
        return Response(status_code=204)

    async def replies(self, request: Request) -> Response:
        """Show the replies that were taken, and how often each was said."""
        return JSONResponse([dict(one) for one in self.city.books.replies()])


def asked(request: Request) -> tuple[int, int]:
    """After which number, and how many. Raises WrongError for others than numbers."""
    try:
        most = int(request.query_params.get("most", str(MOST)))
        return int(request.query_params.get("after", "0")), max(1, min(most, MOST))
    except ValueError:
        raise WrongError(422, "request.invalid") from None


def pause(error: httpx2.HTTPError) -> float:
    """How long to wait after an error: as long as the district asks for."""
    if isinstance(error, httpx2.HTTPStatusError):
        return float(error.response.headers.get("Retry-After", PAUSE_S))
    return PAUSE_S


def here(endpoint: Endpoint) -> Endpoint:
    """What answers programs on this machine alone."""

    async def guarded(request: Request) -> Response:
        known = request.client is not None and request.client.host in {"127.0.0.1", "::1"}
        return await endpoint(request) if known else Response(status_code=404)

    return guarded


def routes(city: City) -> list[Route]:
    """What the city answers."""
    control = Control(city)
    return [
        Route("/v1/feedback", city.signed(city.page)),
        Route("/v1/replies/{key}/{number:int}", city.signed(city.reply), methods=["PUT"]),
        Route("/v1/ledger", city.signed(city.ledger)),
        Route("/control", here(control.manners), methods=["GET", "PUT"]),
        Route("/control/items", here(control.items), methods=["GET", "POST"]),
        Route("/control/again", here(control.again), methods=["POST"]),
        Route("/control/replies", here(control.replies)),
    ]


def say(what: str) -> None:
    """Tell the operator: keys, kinds and numbers, never what people wrote."""
    print(what, flush=True)


async def live(options: argparse.Namespace) -> None:
    """Answer, and send, until it is stopped."""
    url, district = os.environ.get("CITY_URL", "http://127.0.0.1:8010"), os.environ["DISTRICT_URL"]
    ours, theirs = Keys(os.environ["CITY_KEYS"]), Keys(os.environ["DISTRICT_KEYS"])
    async with httpx2.AsyncClient(timeout=PATIENCE_S) as client:
        city = City(url, district, Books(STORE), ours, theirs, client)
        lines = options.items.read_text("utf-8") if options.items else ""
        city.books.add([*written(lines), *made(options.made, city.books.last_item(), city.now())])
        await both(serving(city), city.keep_pushing() if options.push else None)


def serving(city: City) -> uvicorn.Server:
    """The server, at the address that was agreed."""
    at = urlsplit(city.url)
    app = Starlette(routes=routes(city))
    return uvicorn.Server(uvicorn.Config(app, at.hostname or "127.0.0.1", at.port or 80, log_level="warning"))


async def both(server: uvicorn.Server, pushing: Coroutine[None, None, None] | None) -> None:
    """Serve until it is stopped, and push meanwhile; if pushing breaks, all of it ends."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(pushing) if pushing else None
        await server.serve()
        if task:
            task.cancel()


def show_ledger() -> None:
    """Print the ledger, a line each."""
    for one in Books(STORE).ledger(0, -1):
        print(one["number"], one["at"], one["entry"], one["key"], one["reply"] or "-", one["digest"], sep="\t")


def options() -> argparse.Namespace:
    """How it is started."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--push", action="store_true", help="send items; without it the district fetches them")
    arguments.add_argument("--items", type=Path, help="keep these items first: JSON Lines")
    arguments.add_argument("--made", type=int, default=0, help="make so many items first")
    arguments.add_argument("--ledger", action="store_true", help="print the ledger, and end")
    return arguments.parse_args()


if __name__ == "__main__":
    given = options()
    show_ledger() if given.ledger else asyncio.run(live(given))
