"""Intake over HTTP: which complaints the city's feedback became."""

import ssl
from collections.abc import Sequence
from uuid import UUID

import httpx2
from pydantic import BaseModel, TypeAdapter, ValidationError

from portal_bridge.clients.reaching import NotReached

_TIMES = httpx2.Timeout(5.0, connect=2.0)


class _Receipt(BaseModel):
    source_id: str
    complaint_id: UUID


_RECEIPTS = TypeAdapter(list[_Receipt])


class Intake:
    """Intake at an address, for one who has the key of `channel.city-exit` there."""

    def __init__(self, url: str, channel_key: str) -> None:
        self._url, self._as_channel = url, {"authorization": f"Bearer {channel_key}"}
        self._trusted = ssl.create_default_context()

    async def registered(self, keys: Sequence[str]) -> dict[str, UUID]:
        """The complaints of those keys that are registered. Raises NotReached."""
        try:
            async with self._client() as client:
                answer = await client.get("/v1/receipts", params={"source_id": list(keys)}, headers=self._as_channel)
                found = _RECEIPTS.validate_json(answer.raise_for_status().content)
        except (httpx2.HTTPError, ValidationError) as error:
            raise NotReached from error
        return {one.source_id: one.complaint_id for one in found}

    def _client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(base_url=self._url, timeout=_TIMES, verify=self._trusted, trust_env=False)
