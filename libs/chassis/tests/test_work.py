"""What a piece of work tells, before any server sees it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.clock import new_id
from chassis.work import LARGEST_BODY, Called, Cause, Work
from contracts.base import Envelope
from contracts.directory import UnitListed
from contracts.tickets import TicketDispatched
from contracts.vocabulary import DispatchRule, UnitKind

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


def work(causes: dict[int, Cause] | None = None) -> Work[None]:
    nowhere: Any = None
    return Work(nowhere, NOW, None, causes)


def dispatched() -> TicketDispatched:
    return TicketDispatched(
        ticket_id=new_id(NOW),
        complaint_id=new_id(NOW),
        unit="hrss",
        rule=DispatchRule.MATTER_OWNER,
        directory_version=1,
        dispatched_at=NOW,
    )


def test_a_fact_is_told_on_each_of_its_topics_under_one_id() -> None:
    at_work, fact = work(), dispatched()
    at_work.tell(fact)
    assert [told.topic for told in at_work.told] == ["tickets", "dispatch.hrss"]
    assert len({told.id for told in at_work.told}) == 1
    assert {told.key for told in at_work.told} == {str(fact.ticket_id)}


def test_it_hands_on_what_it_follows_from() -> None:
    asked, fact_id = object(), UUID(int=7)
    at_work = work({id(asked): Cause(fact_id, "the complaint", "00-" + "a" * 32 + "-" + "b" * 16 + "-01")})
    at_work.tell(dispatched(), because=asked)
    told = at_work.told[0]
    assert (told.correlation, told.causation) == ("the complaint", str(fact_id))
    assert told.traceparent is not None


def test_what_follows_from_a_fact_that_was_fetched_names_that_one() -> None:
    at_work, batch = work(), dispatched()
    for number in (2, 3):
        envelope = Envelope(UUID(int=number), NOW, "key", number, f"complaint-{number}", "before", None, dispatched())
        fact = at_work.take_up(envelope)
        assert at_work.sequence(fact) == number
        at_work.tell(batch, because=fact)
    assert [(told.correlation, told.causation) for told in at_work.told[::2]] == [
        ("complaint-2", str(UUID(int=2))),
        ("complaint-3", str(UUID(int=3))),
    ]


def test_an_answer_alone_keeps_what_a_message_is_called() -> None:
    asked = object()
    at_work = work({id(asked): Cause(called=Called("order-7", "case-9"))})
    at_work.tell(dispatched(), because=asked, correlation="the complaint", answering=True)
    at_work.tell(dispatched(), because=asked, correlation="the complaint")
    assert [(told.correlation, told.causation) for told in at_work.told[::2]] == [
        ("case-9", "order-7"),
        ("the complaint", None),
    ]


def test_without_a_cause_it_belongs_to_itself_or_to_what_is_said() -> None:
    at_work, fact = work(), dispatched()
    at_work.tell(fact)
    at_work.tell(fact, correlation="the complaint")
    assert [told.correlation for told in at_work.told[::2]] == [str(fact.ticket_id), "the complaint"]
    assert {told.causation for told in at_work.told} == {None}


def test_ids_rise() -> None:
    at_work = work()
    ids = [at_work.new_id() for _ in range(100)]
    assert ids == sorted(ids)


def test_a_fact_that_no_topic_would_take_is_not_told() -> None:
    huge = UnitListed(
        code="hrss", name="大" * LARGEST_BODY, kind=UnitKind.DEPARTMENT, credit_code="", version=1, listed_at=NOW
    )
    with pytest.raises(ValueError, match="too large"):
        work().tell(huge)
