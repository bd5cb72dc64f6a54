"""The ASGI application of a service: its API under /v1, and what operators and Prometheus look at."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

from fastapi import APIRouter, FastAPI, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from chassis.security import Keyring
from chassis.settings import Settings
from chassis.telemetry import metrics
from chassis.web import log, problems
from chassis.web.edge import Edge
from chassis.web.limits import Limiter
from contracts.refusals import Refused


class Served(Protocol):
    """What the web door needs to know of a service."""

    @property
    def name(self) -> str:
        """What the service is called."""
        ...

    @property
    def api(self) -> Sequence[APIRouter]:
        """Its routers, whose paths begin with /v1."""
        ...


class Runtime(Protocol):
    """What the web door needs of a running service."""

    @property
    def settings(self) -> Settings:
        """The settings that the service was started with."""
        ...

    def work(self) -> AbstractAsyncContextManager[object]:
        """A Work whose transaction is committed at the end, or rolled back when something is raised."""
        ...

    def not_live(self) -> Sequence[str]:
        """Why the process should be started again, as fixed codes; empty while it lives."""
        ...

    def not_ready(self) -> Sequence[str]:
        """Why it should get no requests for now, as fixed codes; empty while it is ready."""
        ...


def application(service: Served, runtime: Runtime, *, api: bool = True) -> FastAPI:
    """The service's ASGI application; without `api` only what operators look at.

    Raises UnusableSettings for keys or limits that cannot be used.
    """
    settings = runtime.settings
    app = _bare(service.name, settings)
    app.state.runtime, app.state.keyring = runtime, Keyring(settings.keys)
    app.state.limiter = Limiter.from_settings(settings)
    app.state.together = {}
    app.include_router(_operations(runtime))
    for router in (*service.api, log.routes(service.name)) if api else ():
        app.include_router(router, responses=problems.RESPONSES)
    app.state.names = frozenset(_declared(app.openapi()))
    return app


def _bare(name: str, settings: Settings) -> FastAPI:
    """No pages of documentation, which come from a CDN, and none of FastAPI's own telemetry, which tells messages."""
    said_no = (Refused, HTTPException, RequestValidationError)
    return _Application(
        title=f"bbcs {name}",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        middleware=[Middleware(Edge, largest=settings.http_max_bytes, seconds=settings.http_seconds)],
        exception_handlers=dict.fromkeys(said_no, problems.refused),
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )


class _Application(FastAPI):
    """FastAPI that describes what a problem looks like."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        described = super().openapi()
        schemas = described.setdefault("components", {}).setdefault("schemas", {})
        schemas |= problems.schemas()
        return described


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    await app.state.limiter.close()


def _operations(runtime: Runtime) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> Response:
        return _health(runtime.not_live())

    @router.get("/readyz")
    async def readyz() -> Response:
        return _health(runtime.not_ready())

    @router.get("/metrics")
    async def scrape() -> Response:
        return Response(metrics.exposition(), media_type=metrics.CONTENT_TYPE)

    return router


def _health(reasons: Sequence[str]) -> Response:
    said = {"status": "unavailable" if reasons else "ok", "reasons": list(reasons)}
    return JSONResponse(said, 503 if reasons else 200, {"Cache-Control": "no-store"})


def _declared(schema: Any) -> Iterator[str]:
    """The names of every field and parameter of an OpenAPI document: the paths of problems show these alone."""
    match schema:
        case dict():
            yield from schema.get("properties", ())
            if "in" in schema and isinstance(schema.get("name"), str):
                yield schema["name"]
            for inner in schema.values():
                yield from _declared(inner)
        case list():
            for inner in schema:
                yield from _declared(inner)
