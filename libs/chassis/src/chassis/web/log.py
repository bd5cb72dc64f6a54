"""The door to a service's log of facts, for those who may read the topic (decision 0023)."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Query, Response

from chassis import log
from chassis.db import Row
from chassis.security import Principal
from chassis.web.dependencies import Caller, InWork, limited
from chassis.work import Work
from contracts import topics
from contracts.base import rfc3339
from contracts.log import MOST, LogPage
from contracts.refusals import Refused
from contracts.topics import OF_UNITS, Topic

_LARGEST = 2**63 - 1
_NAME = Path(min_length=1, max_length=300)


def routes(service: str) -> APIRouter:
    """`GET /v1/log/{topic}/{key}` of a service."""
    router = APIRouter(prefix="/v1/log")

    def readable(topic: Annotated[str, _NAME], who: Annotated[Principal, Caller]) -> None:
        _allow(who, _told_by(service, topic))

    @router.get("/{topic}/{key}", response_model=LogPage, dependencies=[limited, Depends(readable)])
    async def facts(
        work: Annotated[Work[Any], InWork],
        topic: Annotated[str, _NAME],
        key: Annotated[str, _NAME],
        after: Annotated[int, Query(ge=0, le=_LARGEST, description="the number of the last fact that is known")] = 0,
        most: Annotated[int, Query(ge=1, le=MOST)] = MOST,
    ) -> Response:
        """The facts about one thing on a topic, in order, as they were told; an unknown key has none."""
        found = await log.facts_after(work.session, topic, key, after, most)
        page = {"topic": topic, "key": key, "facts": [_fact(row) for row in found.facts], "last": found.last}
        return Response(orjson.dumps(page), media_type="application/json")

    return router


def _told_by(service: str, name: str) -> Topic:
    """The topic of this name. Raises Refused("topic.elsewhere") where the service tells nothing on it."""
    topic = topics.named(name)
    if topic is None or service not in topic.writers:
        raise Refused("topic.elsewhere")
    return topic


def _allow(who: Principal, topic: Topic) -> None:
    """Let pass who reads the topic at Kafka, and who writes it, unless it is a unit's: that unit alone reads it.

    Raises Refused("principal.not-allowed") for others.
    """
    writers = () if topic.name.startswith(OF_UNITS) else topic.writers
    if who.at_kafka not in (*topic.readers, *writers):
        raise Refused("principal.not-allowed")


def _fact(row: Row) -> dict[str, object]:
    """The fact as LoggedFact reads it; its body is not read, but handed on as it is kept."""
    return {
        "sequence": row.sequence,
        "id": str(row.id),
        "type": row.type,
        "at": rfc3339(row.told_at),
        "correlation": row.correlation,
        "causation": row.causation,
        "body": orjson.Fragment(row.body),
    }
