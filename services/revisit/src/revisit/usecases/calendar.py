"""What dates are: kept as sla-monitor tells it, and looked at around the instants that a piece of work is about."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from chassis.work import Work
from contracts.calendar import CalendarFact
from revisit import domain, store
from revisit.domain import LONGEST_REST, Measures
from revisit.usecases.kit import Kit


class CalendarNotYet(ConnectionError):  # noqa: N818 - what the calendar is
    """Nothing was heard of the calendar's later dates yet: whoever counts days waits, and asks again."""


async def set_days(work: Work[Kit], facts: Sequence[CalendarFact]) -> None:
    """Keep what the dates are; what was planned by then keeps its due."""
    await store.calendar.set_days(work.session, facts)


async def measures(work: Work[Kit], instants: Collection[datetime]) -> Measures:
    """By what is counted from these instants. Raises CalendarNotYet before the calendar was heard that far."""
    first, last = (domain.date_of(one(instants)) for one in (min, max))
    if not await store.calendar.known_after(work.session, last):
        raise CalendarNotYet
    policy = work.kit.policy
    ahead = timedelta(days=2 * policy.longest_days + LONGEST_REST)
    calendar = await store.calendar.between(work.session, first, last + ahead)
    return Measures(policy, calendar, work.new_id)
