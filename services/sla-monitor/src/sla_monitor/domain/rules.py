"""Every clock as data (rules 4): what starts it, what ends it and how it is judged, and by which term it is due.

A new clock is a row of `RULES`. Attributes of facts are named by strings: `at` is the instant that counts.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from contracts.base import Fact
from contracts.revisits import (
    DutiesInherited,
    RectificationReported,
    RevisitClosed,
    RevisitFact,
    RevisitPlanned,
    SupervisionOpened,
)
from contracts.tickets import (
    AssistAnswered,
    AssistAsked,
    AssistLapsed,
    AssistWithdrawn,
    ReporterContactAttempted,
    TicketAccepted,
    TicketDeclined,
    TicketDispatched,
    TicketFact,
    TicketFinished,
    TicketLinked,
    TicketOpened,
    TicketProgressed,
    TicketQueuedForManualDispatch,
    TicketReopened,
    TicketReturned,
    TicketTracked,
    TicketWithdrawn,
)
from contracts.vocabulary import ClockKind, Complexity, RevisitResult, Verdict
from sla_monitor.domain.clocks import Clock, Ticket
from sla_monitor.domain.due import SHANGHAI
from sla_monitor.domain.policy import Policy

Heard = TicketFact | RevisitFact
"""What is followed: facts of two topics."""
Judge = Callable[[Clock, Any, datetime, Policy], Verdict | None]
"""How a clock is judged that a fact stops at an instant; None lets it run on."""


class Start(NamedTuple):
    """What starts a clock, and when. `ref` tells several of a kind apart; `due` may be set with it, else it is the
    term's.

    An open one of the kind goes on, unless the new one `replaces` it: then it is void.
    """

    at: str
    when: Callable[[Ticket, Any], bool] = lambda _ticket, _fact: True
    ref: str | None = None
    due: str | None = None
    replaces: bool = False


class Stop(NamedTuple):
    """What stops a clock, when, and how it is judged; with `ref` the one of this name alone."""

    at: str
    judge: Judge
    ref: str | None = None


class Rule(NamedTuple):
    """One kind of clock. `of_ticket`: whoever has the ticket answers for it, else whom `unit` names of the fact."""

    starts: Mapping[type[Fact], Start]
    stops: Mapping[type[Fact], Stop]
    term: Callable[[Ticket], str] | None = None
    coloured: bool = False
    of_ticket: bool = True
    unit: str = "unit"

    @property
    def topic(self) -> str:
        """Where it is told what starts and what stops the clock: that alone has time pass for it."""
        return next(iter(self.starts)).TOPIC


def judged(clock: Clock, _fact: Any, at: datetime, _policy: Policy) -> Verdict:
    """On time up to and at the due instant (rules 3.7)."""
    return Verdict.MET if at <= clock.due_at else Verdict.OVERDUE


def void(_clock: Clock, _fact: Any, _at: datetime, _policy: Policy) -> Verdict:
    """It has no purpose any more, and counts for nobody."""
    return Verdict.VOID


def _accepted(clock: Clock, fact: TicketAccepted, at: datetime, policy: Policy) -> Verdict:
    """Whoever is deemed to have accepted did not (rules 3.3)."""
    return Verdict.OVERDUE if fact.deemed else judged(clock, fact, at, policy)


def _asked(clock: Clock, fact: RevisitClosed, at: datetime, policy: Policy) -> Verdict:
    """Whoever sought the reporter and got no answer has asked, too; a plan without a purpose any more is void."""
    return Verdict.VOID if fact.result is RevisitResult.VOID else judged(clock, fact, at, policy)


def _tracked(clock: Clock, _fact: Any, at: datetime, _policy: Policy) -> Verdict | None:
    """A third class if it was explained in time; without that it runs on, and is red (rules 3.8)."""
    return Verdict.TRACKED if at <= clock.due_at else None


def _contacted(clock: Clock, fact: ReporterContactAttempted, at: datetime, policy: Policy) -> Verdict | None:
    """Met by reaching the reporter, or by enough attempts on the due day up to the due instant (rules 3.5)."""
    if fact.reached:
        return judged(clock, fact, at, policy)
    day = clock.due_at.astimezone(SHANGHAI).date()
    tries = [one for one in {*clock.tries, at} if one.astimezone(SHANGHAI).date() == day and one <= clock.due_at]
    return Verdict.MET if len(tries) >= policy.attempts else None


def _first(ticket: Ticket, _fact: Any) -> bool:
    """The reporter's clock never restarts (rules 3.2)."""
    return ticket.accepted_at is None


def _was_accepted(ticket: Ticket, _fact: Any) -> bool:
    return ticket.accepted_at is not None and ticket.unit is not None


def _was_dispatched(ticket: Ticket, _fact: Any) -> bool:
    return ticket.accepted_at is None and ticket.unit is not None


def _from_city(_ticket: Ticket, fact: TicketOpened) -> bool:
    return fact.channel == "city-exit"


def _city_term(ticket: Ticket) -> str:
    """What is complex or tracked is hard to the city (policy)."""
    return "city.hard" if ticket.complexity is Complexity.COMPLEX or ticket.tracked else "city.ordinary"


_ENDED: Mapping[type[Fact], Stop] = {
    TicketFinished: Stop("finished_at", judged),
    TicketDeclined: Stop("declined_at", judged),
    TicketLinked: Stop("linked_at", void),
    TicketWithdrawn: Stop("withdrawn_at", void),
}
"""A reply or an explanation reaches the reporter, so it counts as contact, too (policy)."""
_GONE: Mapping[type[Fact], Stop] = {fact: stop._replace(judge=void) for fact, stop in _ENDED.items()}
_CONTACT: Mapping[type[Fact], Stop] = {ReporterContactAttempted: Stop("attempted_at", _contacted), **_ENDED}
_ON_ACCEPTANCE: Mapping[type[Fact], Start] = {
    TicketAccepted: Start("accepted_at", when=_first),
    TicketReopened: Start("reopened_at", when=_was_accepted),
}
"""An accepted ticket that is opened again has its clocks again, from then on; the first verdicts stay (policy)."""

RULES: Mapping[ClockKind, Rule] = MappingProxyType(
    {
        ClockKind.ACCEPT: Rule(
            term=lambda _ticket: "accept",
            starts={
                TicketDispatched: Start("dispatched_at", replaces=True),
                TicketReopened: Start("reopened_at", when=_was_dispatched),
            },
            stops={
                TicketAccepted: Stop("accepted_at", _accepted),
                TicketReturned: Stop("returned_at", void),
                TicketQueuedForManualDispatch: Stop("queued_at", void),
                **_GONE,
            },
        ),
        ClockKind.CONTACT: Rule(term=lambda _ticket: "contact", starts=_ON_ACCEPTANCE, stops=_CONTACT),
        ClockKind.HANDLE: Rule(
            term=lambda ticket: f"handle.{ticket.complexity}",
            starts=_ON_ACCEPTANCE,
            stops={TicketTracked: Stop("tracked_at", _tracked), **_ENDED},
            coloured=True,
        ),
        ClockKind.ASSIST: Rule(
            starts={AssistAsked: Start("asked_at", ref="assist_id", due="due_at")},
            stops={
                AssistAnswered: Stop("answered_at", judged, ref="assist_id"),
                AssistWithdrawn: Stop("withdrawn_at", void, ref="assist_id"),
                AssistLapsed: Stop("lapsed_at", void, ref="assist_id"),
                **_GONE,
            },
            of_ticket=False,
        ),
        ClockKind.PROGRESS: Rule(
            starts={
                TicketTracked: Start("tracked_at", due="next_progress_at", replaces=True),
                TicketProgressed: Start("progressed_at", due="next_progress_at"),
            },
            stops={TicketProgressed: Stop("progressed_at", judged), **_ENDED},
        ),
        ClockKind.REVISIT: Rule(
            starts={RevisitPlanned: Start("planned_at", ref="revisit_id", due="due_at")},
            stops={RevisitClosed: Stop("closed_at", _asked, ref="revisit_id")},
            of_ticket=False,
            unit="caller",
        ),
        ClockKind.RECTIFY: Rule(
            term=lambda _ticket: "rectify",
            starts={SupervisionOpened: Start("opened_at", ref="round_id", due="due_at")},
            stops={RectificationReported: Stop("reported_at", judged, ref="round_id")},
            coloured=True,
            of_ticket=False,
        ),
        ClockKind.CITY_CONTACT: Rule(
            term=lambda _ticket: "city.contact",
            starts={TicketOpened: Start("submitted_at", when=_from_city)},
            stops=_CONTACT,
        ),
        ClockKind.CITY: Rule(
            term=_city_term, starts={TicketOpened: Start("submitted_at", when=_from_city)}, stops=_ENDED
        ),
    }
)
"""The clocks of rules 4, each by its kind."""

OF_TOPIC: Mapping[str, Mapping[ClockKind, Rule]] = MappingProxyType(
    {
        topic: MappingProxyType({kind: rule for kind, rule in RULES.items() if rule.topic == topic})
        for topic in sorted({rule.topic for rule in RULES.values()})
    }
)
"""The clocks that each topic starts and stops. A fact has no other ones move: how topics interleave changes nothing."""

STOPS: Mapping[type[Fact], Sequence[tuple[ClockKind, Stop]]] = MappingProxyType(
    {
        fact: tuple((kind, rule.stops[fact]) for kind, rule in RULES.items() if fact in rule.stops)
        for fact in dict.fromkeys(fact for rule in RULES.values() for fact in rule.stops)
    }
)
"""Which clocks a fact stops, by its type: `RULES` turned over."""

STARTS: Mapping[type[Fact], Sequence[tuple[ClockKind, Start]]] = MappingProxyType(
    {
        fact: tuple((kind, rule.starts[fact]) for kind, rule in RULES.items() if fact in rule.starts)
        for fact in dict.fromkeys(fact for rule in RULES.values() for fact in rule.starts)
    }
)
"""Which clocks a fact starts."""

INSTANTS: Mapping[type[Fact], str] = MappingProxyType(
    {fact: start.at for rule in RULES.values() for fact, start in rule.starts.items()}
    | {fact: stop.at for rule in RULES.values() for fact, stop in rule.stops.items()}
    | {DutiesInherited: "inherited_at"}
)
"""When what a fact says was so, for every fact that starts, stops or passes on a clock."""
