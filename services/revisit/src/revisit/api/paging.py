"""How worklists are read page by page."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Response

Limit = Annotated[int, Query(ge=1, le=200)]


def link_next(response: Response, address: str, **asked: UUID | str | int | None) -> None:
    """Name the next page; what was not asked for is left out."""
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    response.headers["link"] = f'<{address}?{query}>; rel="next"'
