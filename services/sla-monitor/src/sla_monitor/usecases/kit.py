"""What sla-monitor's use cases work with."""

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.db import Session
from chassis.gaps import Log
from contracts.refusals import Refused
from sla_monitor import store
from sla_monitor.clients import Outside
from sla_monitor.domain import Calendar, Measures, Policy


class Newest:
    """What holds now, kept by the process, and read again when there is a newer calendar."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._held: Measures | None = None

    async def measures(self, session: Session) -> Measures:
        """The policy and the calendar that hold now. Raises Refused("calendar.not-yet") before there are rows."""
        version = await store.calendar.newest(session)
        if not version:
            raise Refused("calendar.not-yet")
        if self._held is None or self._held.calendar.version != version:
            calendar = await store.calendar.calendar(session, version)
            self._held = Measures(self._policy, calendar, await store.calendar.since(session, version))
        return self._held

    async def calendar(self, session: Session) -> Calendar:
        """The calendar that holds now. Raises Refused("calendar.not-yet")."""
        return (await self.measures(session)).calendar


@dataclass(frozen=True, slots=True)
class Kit:
    """The service's equipment; `logs` are the owners' of the topics that are followed, by topic."""

    policy: Policy
    newest: Newest
    logs: Mapping[str, Log]
    outside: Outside
