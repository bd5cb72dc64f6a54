"""Which facts come before their time."""

from datetime import timedelta

import pytest

from chassis.testing import lives
from contracts.base import Fact
from contracts.refusals import Refused
from contracts.tickets import TicketLinked, TicketQueuedForManualDispatch
from contracts.vocabulary import Complexity, QueueReason
from sla_monitor.domain import Policy, in_time


def linked() -> Fact:
    return TicketLinked(
        **lives.SAID, to=lives.OTHER, to_complaint_id=lives.OTHER, linked_at=lives.at("25 10:00"), by=lives.BY
    )


def queued() -> Fact:
    return TicketQueuedForManualDispatch(
        **lives.SAID, reason=QueueReason.NO_OWNER, directory_version=1, queued_at=lives.at("25 10:00")
    )


NOON = "25 10:00"
FACTS = [
    lives.opened(submitted=NOON),
    lives.dispatched(NOON),
    queued(),
    lives.accepted(NOON),
    lives.classified(NOON, Complexity.SIMPLE, Complexity.GENERAL),
    lives.contacted(NOON, reached=True),
    lives.tracked(NOON, "27 10:00"),
    lives.assist(NOON, "27 10:00"),
    lives.finished(NOON),
    linked(),
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda one: one.TYPE)
def test_a_fact_that_is_further_ahead_than_clocks_differ_is_refused(fact: Fact) -> None:
    now, policy = lives.at(NOON), Policy(ahead=timedelta(minutes=5))
    in_time(fact, now - policy.ahead, policy)
    with pytest.raises(Refused) as refused:
        in_time(fact, now - policy.ahead - timedelta(microseconds=1), policy)
    assert refused.value.code == "fact.from-future"
