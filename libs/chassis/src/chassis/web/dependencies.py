"""What an `api.py` asks for: a piece of work, who asks, and that they do not ask too often."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from chassis.security import Principal
from chassis.together import Together
from chassis.work import Work
from contracts.refusals import Refused


async def open_work(request: Request) -> AsyncIterator[object]:
    """A `Work` of the service: one transaction, committed before the answer leaves (sharp edge 5)."""
    async with request.app.state.runtime.work() as work:
        yield work


def together(usecase: Callable[[Work[Any], Sequence[Any]], Awaitable[Sequence[Any]]]) -> Any:
    """A dependency that calls the use case for many requests in one transaction: `await register(asked)`."""

    async def of_this_service(request: Request) -> Together[Any, Any]:
        state = request.app.state
        found: Together[Any, Any] = state.together.setdefault(usecase, Together(state.runtime, usecase))
        return found

    return Depends(of_this_service)


class _ByKey(SecurityBase):
    """Who asks, by the bearer key; a dependency that describes itself in the OpenAPI document."""

    def __init__(self) -> None:
        self.scheme_name = "key"
        self.model = HTTPBearer(description="The principal's key")

    async def __call__(self, request: Request) -> Principal:
        """The principal. Raises Refused: `credential.missing`, `credential.wrong`."""
        found: Principal = request.app.state.keyring.caller(request.headers.get("authorization"))
        return found


caller = _ByKey()

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
