"""A page of a log is read as the topic is: the same facts, and the same ones are refused."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from contracts.base import Envelope
from contracts.facts import FACTS
from contracts.log import LogPage
from contracts.refusals import Refused

EXAMPLES = Path(__file__).parents[1] / "examples"
NOON = datetime(2026, 11, 25, 4, 0, 0, 123000, UTC)


def envelope(type_: str, body: Any) -> Envelope:
    """The fact as a reader finds it on a page."""
    fact = {
        "sequence": 7,
        "id": str(UUID(int=3)),
        "type": type_,
        "at": "2026-11-25T04:00:00.123Z",
        "correlation": "all of it",
        "causation": None,
        "body": body,
    }
    page = {"topic": "tickets", "key": "k", "facts": [fact], "last": 9}
    (found,) = LogPage.model_validate_json(json.dumps(page)).facts
    return found.envelope()


@pytest.mark.parametrize("type_", sorted(FACTS))
def test_a_body_is_read_as_from_a_topic(type_: str) -> None:
    body = (EXAMPLES / f"{type_}.json").read_bytes()
    fact = FACTS[type_].parse(body)
    assert envelope(type_, json.loads(body)) == Envelope(UUID(int=3), NOON, fact.key, 7, "all of it", None, None, fact)


def test_what_is_unknown_or_unreadable_is_refused_as_on_a_topic() -> None:
    for type_, body, code in (
        ("ticket.opened.v99", {}, "fact.unknown-type"),
        ("ticket.opened.v1", {"ticket_id": "张三"}, "fact.unreadable"),
    ):
        with pytest.raises(Refused) as refused:
            envelope(type_, body)
        assert refused.value.code == code
        assert "张三" not in repr(refused.value.details)
