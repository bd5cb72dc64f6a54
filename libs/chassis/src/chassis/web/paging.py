"""How lists are read page by page: a `Link` header names the next one (RFC 8288)."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Response

Limit = Annotated[int, Query(ge=1, le=200)]
"""How many of a list are answered at once."""


def link_next(response: Response, path: str, **asked: object) -> None:
    """Name the next page: the same path asked with these, as far as they are said."""
    query = urlencode({name: said for name, said in asked.items() if said is not None})
    response.headers["link"] = f'<{path}?{query}>; rel="next"'
