"""What a clock is, which light it shows at an instant, and when that changes next (rules 4.1). Pure values, in UTC."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.vocabulary import ClockKind, Complexity, Light, Verdict
from sla_monitor.domain.due import shown

ClockKey = tuple[ClockKind, str]
"""Which clock of a ticket: its kind, and which of that kind."""


class Step(NamedTuple):
    """From when on which term holds: the term that the clock began with, and those it was shortened to (rules 3.4)."""

    term: str
    at: datetime


class Clock(NamedTuple):
    """One clock of a ticket as it was told last; `verdict` is None while it runs.

    `steps` lead to the due instant; without any, `wanted_at` was set with what started it. `calendar` and `policy` are
    the versions by which it is due. `red_before` stays when a longer term took it out of red (rules 3.4). `tries` are
    the instants at which the reporter was sought and not reached (rules 3.5).
    """

    kind: ClockKind
    ref: str
    unit: str | None
    started_at: datetime
    due_at: datetime
    yellow_at: datetime | None
    light: Light
    steps: tuple[Step, ...]
    wanted_at: datetime | None
    provisional: bool
    calendar: int
    policy: int
    red_before: bool = False
    tries: tuple[datetime, ...] = ()
    stopped_at: datetime | None = None
    verdict: Verdict | None = None

    @property
    def key(self) -> ClockKey:
        """Which clock of its ticket it is."""
        return self.kind, self.ref

    @property
    def term(self) -> str | None:
        """The term by which it is due; None where its due was set."""
        return self.steps[-1].term if self.steps else None

    @property
    def open(self) -> bool:
        """Whether it runs."""
        return self.verdict is None

    @property
    def next_at(self) -> datetime | None:
        """When its light changes next, if nothing else happens; None when it shows the last one, or has ended."""
        if not self.open or self.light.alarming:
            return None
        return self.yellow_at if self.light is Light.GREEN else self.due_at


class Ticket(NamedTuple):
    """What of a ticket its clocks depend on.

    `accepted_at` is when it was accepted first. `since` is the start of an earlier one that goes on in it (rules 2.5).
    `followed` counts the facts on `tickets` that were followed, `revisits_followed` those on `revisits`.
    """

    ticket_id: UUID
    complaint_id: UUID
    submitted_at: datetime | None = None
    from_city: bool = False
    unit: str | None = None
    complexity: Complexity = Complexity.GENERAL
    accepted_at: datetime | None = None
    tracked: bool = False
    since: datetime | None = None
    followed: int = 0
    revisits_followed: int = 0


class Case(NamedTuple):
    """A ticket and all of its clocks, ended ones among them, in the order in which they started."""

    ticket: Ticket
    clocks: Mapping[ClockKey, Clock]


def light_at(clock: Clock, at: datetime) -> Light:
    """What an open clock shows at an instant (rules 4.1)."""
    return shown(clock.due_at, clock.yellow_at, at)


def follows(light: Light, clock: Clock) -> tuple[Light, datetime] | None:
    """The light after this one as time passes, and from when on; late is after the due instant, not at it."""
    if light.alarming:
        return None
    if light is Light.GREEN and clock.yellow_at is not None:
        return Light.YELLOW, clock.yellow_at
    return (Light.OVERDUE if clock.yellow_at is None else Light.RED), clock.due_at


class Turn(NamedTuple):
    """A light that a clock turns to by the passing of time, and from when on."""

    clock: Clock
    light: Light
    since: datetime


def coming(clock: Clock, to: datetime) -> Turn | None:
    """The next turn of a clock, if it has come by an instant: yellow from its own on, late only after it."""
    change = follows(clock.light, clock)
    if change is None:
        return None
    light, since = change
    return Turn(clock, light, since) if since < to or (since == to and not light.alarming) else None


def soonest(turn: Turn) -> tuple[datetime, bool]:
    """By what turns come in order: of two at one instant the one that is late comes after, for it is so only then."""
    return turn.since, turn.light.alarming


def begins(light: Light, clock: Clock) -> datetime:
    """From when on a light shows by the clock's due: late from due on, yellow a day before, others from the start."""
    if light.alarming:
        return clock.due_at
    return clock.yellow_at if light is Light.YELLOW and clock.yellow_at else clock.started_at
