"""What did not come by a topic is taken from the log of who tells it, over HTTP (decision 0023).

Whoever follows things counts the facts of each, and so sees what is missing.
"""

import asyncio
import ssl
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple, TypeVar, cast

import httpx2
from pydantic import ValidationError

from chassis.work import Work
from contracts.base import Envelope, Fact
from contracts.log import MOST, LogPage

_TIMES = httpx2.Timeout(2.0, connect=1.0, pool=None)
_ALTOGETHER_S = 5.0
"""For all that a batch lacks: its transaction is open meanwhile."""
_AT_ONCE = httpx2.Limits(max_connections=4)
_MOST_GAPS = 100
"""More would hardly be closed in that time: a batch that lacks more is halved."""

Heard = TypeVar("Heard", bound=Fact)


class Gap(NamedTuple):
    """What is missing of a thing's facts before one of a batch, and before later ones: those after `after`, to `last`.

    `place` is where in the batch the first one stands that cannot be followed without them.
    """

    key: str
    place: int
    after: int
    last: int


def gaps(followed: Mapping[str, int], numbered: Iterable[tuple[str, int | None]]) -> list[Gap]:
    """Where facts do not follow each other: `followed` are those of each thing so far, `numbered` a batch, in order.

    A fact without a number is the next one.
    """
    reached, found = dict(followed), dict[str, Gap]()
    for place, (key, number) in enumerate(numbered):
        next_ = reached.get(key, 0) + 1
        if number is not None and number > next_:
            first = found.get(key, Gap(key, place, next_ - 1, next_))
            found[key] = first._replace(last=number - 1)
        reached[key] = max(next_ - 1, number or next_)
    return list(found.values())


class NotReached(ConnectionError):  # noqa: N818 - what the log is
    """The log could not be read as it should: whoever asked waits, and asks again."""


class Log:
    """The log of a topic with the service at an address, for one who has a key there."""

    def __init__(self, topic: str, url: str, key: str) -> None:
        self._topic, self._url, self._headers = topic, url, {"authorization": f"Bearer {key}"}
        self._trusted = ssl.create_default_context()

    async def closed(self, work: Work[Any], followed: Mapping[str, int], facts: Sequence[Heard]) -> Sequence[Heard]:
        """The facts, with those that are missing of a thing before the first that cannot be followed without them.

        `followed` is how many of each thing were followed so far, by key. To be asked before anything is locked: what
        somebody else followed meanwhile is passed over then. Raises as `missing` does.
        """
        found = gaps(followed, [(one.key, work.sequence(one)) for one in facts])
        if not found:
            return facts
        missing = await self.missing(found)
        before = {gap.place: [cast("Heard", work.take_up(one)) for one in missing[gap.key]] for gap in found}
        return list(chain.from_iterable((*before.get(place, ()), fact) for place, fact in enumerate(facts)))

    async def missing(self, gaps: Sequence[Gap]) -> dict[str, list[Envelope]]:
        """Of each gap's thing the facts that are missing, in order, as far as they were ever told.

        Raises NotReached when it cannot be found out now, TimeoutError when it takes too long or are too many at once,
        Refused as `contracts.base.parsed` does.
        """
        if len(gaps) > _MOST_GAPS:
            raise TimeoutError
        try:
            async with asyncio.timeout(_ALTOGETHER_S), self._client() as client, asyncio.TaskGroup() as group:
                asked = {gap.key: group.create_task(self._missing(client, gap)) for gap in gaps}
        except ExceptionGroup as several:
            raise several.exceptions[0] from None
        return {key: task.result() for key, task in asked.items()}

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
            page = await _page(client, f"{self._topic}/{gap.key}", reached, min(gap.last - reached, MOST))
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
