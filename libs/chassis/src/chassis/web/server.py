"""How the ASGI application is listened for."""

import uvicorn
from starlette.types import ASGIApp

from chassis.settings import Settings

_KEEP_ALIVE_S = 65
"""Longer than the minute for which proxies keep connections, so that they close them and not we."""
_GRACE_S = 10


def listening(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """Uvicorn's settings: HTTP_HOST and HTTP_PORT, no lines of its own for requests, no name and version in answers."""
    return uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        http="h11",  # bounds the size of headers; httptools saves 0.3 ms of CPU a request and bounds nothing
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )
