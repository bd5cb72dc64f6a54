"""In which order a ticket's facts are followed: one after the other, none left out, none before its time. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from contracts.base import Fact
from contracts.log import one_more
from contracts.refusals import Refused
from contracts.topics import REVISITS, TICKETS
from sla_monitor.domain.clocks import Ticket
from sla_monitor.domain.policy import Policy
from sla_monitor.domain.reacting import instant_of

COUNTS: Mapping[str, str] = {TICKETS.name: "followed", REVISITS.name: "revisits_followed"}
"""Where a ticket counts the facts of each topic: topics do not wait for each other."""


def after_one(ticket: Ticket, topic: str, number: int | None) -> Ticket | None:
    """The ticket with one more fact of a topic followed; None if the one of this number was followed already.

    A fact without a number is the next one. Raises Refused("fact.gap") where one before it is missing.
    """
    count = one_more(getattr(ticket, COUNTS[topic]), number)
    counted: dict[str, Any] = {COUNTS[topic]: count}
    return None if count is None else ticket._replace(**counted)


def in_time(fact: Fact, now: datetime, policy: Policy) -> None:
    """Let pass what has happened: clocks may differ by as much as the policy says.

    Raises Refused("fact.from-future") for what happens later: it would turn lights that nobody could have seen turn.
    """
    named = instant_of(fact)
    if named and getattr(fact, named) > now + policy.ahead:
        raise Refused("fact.from-future", fields=[f"{named}: future"])
