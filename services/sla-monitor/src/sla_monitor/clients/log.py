"""The log of who tells a topic, over HTTP: asked for what did not come by the topic (decision 0023)."""

import asyncio
import ssl
from collections.abc import Sequence
from uuid import UUID

import httpx2
from pydantic import ValidationError

from contracts.base import Envelope
from contracts.log import MOST, LogPage
from sla_monitor.domain import Gap

_TIMES = httpx2.Timeout(2.0, connect=1.0, pool=None)
_ALTOGETHER_S = 5.0
"""For all that a batch lacks: its transaction is open meanwhile."""
_AT_ONCE = httpx2.Limits(max_connections=4)
_MOST_GAPS = 100
"""More would hardly be closed in that time: a batch that lacks more is halved."""


class NotReached(ConnectionError):  # noqa: N818 - what the log is
    """The log could not be read as it should: whoever asked waits, and asks again."""


class Log:
    """The log of a topic with the service at an address, for one who has a key there."""

    def __init__(self, topic: str, url: str, key: str) -> None:
        self._topic, self._url, self._headers = topic, url, {"authorization": f"Bearer {key}"}
        self._trusted = ssl.create_default_context()

    async def missing(self, gaps: Sequence[Gap]) -> dict[UUID, list[Envelope]]:
        """Of each gap's ticket the facts that are missing, in order, as far as they were ever told.

        Raises NotReached when it cannot be found out now, TimeoutError when it takes too long or are too many at once,
        Refused as `contracts.base.parsed` does.
        """
        if len(gaps) > _MOST_GAPS:
            raise TimeoutError
        try:
            async with asyncio.timeout(_ALTOGETHER_S), self._client() as client, asyncio.TaskGroup() as group:
                asked = {gap.ticket_id: group.create_task(self._missing(client, gap)) for gap in gaps}
        except ExceptionGroup as several:
            raise several.exceptions[0] from None
        return {ticket_id: task.result() for ticket_id, task in asked.items()}

    def _client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            base_url=self._url,
            headers=self._headers,
            timeout=_TIMES,
            limits=_AT_ONCE,
            verify=self._trusted,
            trust_env=False,
        )

    async def _missing(self, client: httpx2.AsyncClient, gap: Gap) -> list[Envelope]:
        found: list[Envelope] = []
        reached = gap.after
        while reached < gap.last:
            page = await _page(client, f"{self._topic}/{gap.ticket_id}", reached, min(gap.last - reached, MOST))
            if not page.facts:
                break
            found += [one.envelope() for one in page.facts]
            reached = page.facts[-1].sequence
        return found


async def _page(client: httpx2.AsyncClient, place: str, after: int, most: int) -> LogPage:
    asked = {"after": after, "most": most}
    try:
        answer = await client.get(f"/v1/log/{place}", params=asked)
        return LogPage.model_validate_json(answer.raise_for_status().content)
    except (httpx2.HTTPError, ValidationError) as error:
        raise NotReached from error
