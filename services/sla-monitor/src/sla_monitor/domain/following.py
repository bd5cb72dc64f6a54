"""In which order a ticket's facts are followed: one after the other, none left out, none before its time. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from contracts.base import Fact
from contracts.refusals import Refused
from contracts.topics import REVISITS, TICKETS
from sla_monitor.domain.clocks import Ticket
from sla_monitor.domain.policy import Policy
from sla_monitor.domain.reacting import instant_of

COUNTS: Mapping[str, str] = {TICKETS.name: "followed", REVISITS.name: "revisits_followed"}
"""Where a ticket counts the facts of each topic: topics do not wait for each other."""


class Gap(NamedTuple):
    """What is missing of a ticket's facts before one of a batch, and before later ones: those after `after`, to `last`.

    `place` is where in the batch the first one stands that cannot be followed without them.
    """

    ticket_id: UUID
    place: int
    after: int
    last: int


def gaps(followed: Mapping[UUID, int], numbered: Iterable[tuple[UUID, int | None]]) -> list[Gap]:
    """Where facts do not follow each other: `followed` are those of each ticket so far, `numbered` a batch, in order.

    A fact without a number is the next one.
    """
    reached, found = dict(followed), dict[UUID, Gap]()
    for place, (ticket_id, number) in enumerate(numbered):
        next_ = reached.get(ticket_id, 0) + 1
        if number is not None and number > next_:
            first = found.get(ticket_id, Gap(ticket_id, place, next_ - 1, next_))
            found[ticket_id] = first._replace(last=number - 1)
        reached[ticket_id] = max(next_ - 1, number or next_)
    return list(found.values())


def after_one(ticket: Ticket, topic: str, number: int | None) -> Ticket | None:
    """The ticket with one more fact of a topic followed; None if the one of this number was followed already.

    A fact without a number is the next one. Raises Refused("fact.gap") where one before it is missing.
    """
    next_: int = getattr(ticket, COUNTS[topic]) + 1
    counted: dict[str, Any] = {COUNTS[topic]: next_}
    if number is None or number == next_:
        return ticket._replace(**counted)
    if number > next_:
        raise Refused("fact.gap")
    return None


def in_time(fact: Fact, now: datetime, policy: Policy) -> None:
    """Let pass what has happened: clocks may differ by as much as the policy says.

    Raises Refused("fact.from-future") for what happens later: it would turn lights that nobody could have seen turn.
    """
    named = instant_of(fact)
    if named and getattr(fact, named) > now + policy.ahead:
        raise Refused("fact.from-future", fields=[f"{named}: future"])
