"""What sla-monitor can show of a ticket: why each of its clocks is due when it is, and all that was told of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.work import Work
from contracts.clocks import ClockFact
from sla_monitor import domain, store
from sla_monitor.domain import Calendar, Case, Measures, Policy, Proof
from sla_monitor.usecases.clocks import clocks_of
from sla_monitor.usecases.kit import Kit


class Proven(NamedTuple):
    """A ticket's clocks, each with its proof and what was told of it; the newest calendar, the policy, and when."""

    case: Case
    proofs: list[Proof]
    told: list[ClockFact]
    calendar: int
    policy: Policy
    at: datetime


async def proof(work: Work[Kit], ticket_id: UUID) -> Proven:
    """Why each clock of a ticket is due when it is, as known then and now (rules 4.5).

    Raises Refused("ticket.unknown").
    """
    case = await clocks_of(work, ticket_id)
    newest = await work.kit.newest.measures(work.session)
    proofs = domain.prove(case, await _calendars(work, case, newest), newest)
    told = await store.told.of_ticket(work.session, ticket_id)
    return Proven(case, proofs, told, newest.calendar.version, newest.policy, work.now)


async def _calendars(work: Work[Kit], case: Case, newest: Measures) -> Mapping[int, Calendar]:
    """The calendar at each version by which one of the clocks was told."""
    found = {newest.calendar.version: newest.calendar}
    for version in {one.calendar for one in case.clocks.values()} - set(found):
        found[version] = await store.calendar.calendar(work.session, version)
    return found
