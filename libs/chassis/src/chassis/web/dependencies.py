"""What an `api.py` asks for: a piece of work, who asks, and that they do not ask too often."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from chassis.security import Principal
from contracts.refusals import Refused

_bearer = HTTPBearer(auto_error=False, description="The principal's key")


async def open_work(request: Request) -> AsyncIterator[object]:
    """A `Work` of the service: one transaction, committed before the answer leaves (sharp edge 5)."""
    async with request.app.state.runtime.work() as work:
        yield work


async def caller(request: Request, _: Annotated[object, Depends(_bearer)]) -> Principal:
    """Who asks, by the bearer key. Raises Refused: `credential.missing`, `credential.wrong`."""
    found: Principal = request.app.state.keyring.caller(request.headers.get("authorization"))
    return found


InWork = Depends(open_work, scope="function")
Caller = Depends(caller)


async def limit(request: Request, who: Annotated[Principal, Caller]) -> None:
    """Count this request of the principal. Raises Refused("request.rate-limited") when it is one too many."""
    count = await request.app.state.limiter.count(who.name)
    request.state.headers = {
        "RateLimit-Policy": f'"principal";q={count.limit};w={count.window}',
        "RateLimit": f'"principal";r={count.left};t={count.reset}',
    }
    if count.passed:
        raise Refused("request.rate-limited", retry_after=count.reset)


limited = Depends(limit)
