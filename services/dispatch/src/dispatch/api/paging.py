"""How lists are read page by page: a `Link` header names the next one (RFC 8288)."""

from urllib.parse import urlencode

from fastapi import Response


def link_next(response: Response, path: str, **asked: object) -> None:
    """Name the next page: the same path asked with these, as far as they are said."""
    query = urlencode({name: said for name, said in asked.items() if said is not None})
    response.headers["link"] = f'<{path}?{query}>; rel="next"'
