"""What clocks tell: by a fact, by the passing of time, and by an amended calendar (rules 4.2, 4.3). Pure.

A fact has the time until its own instant pass for every clock of its ticket that its topic starts and stops, so that
it is told what became true before it first, whether it was swept or not. One that comes late is reacted to as of its
own instant: what was told of later ones in the meantime is corrected.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from contracts.base import Fact
from contracts.clocks import Alert, ClockFact, ClockMoved, ClockStarted, ClockStopped, ClockTurned, TicketAlerted
from contracts.revisits import DutiesInherited
from contracts.tickets import (
    TicketAccepted,
    TicketClassified,
    TicketDispatched,
    TicketLinked,
    TicketQueuedForManualDispatch,
    TicketTracked,
)
from contracts.vocabulary import ChangeCause, ClockKind, Light, Verdict
from sla_monitor.domain.clocks import (
    Case,
    Clock,
    ClockKey,
    Step,
    begins,
    coming,
    follows,
    light_at,
    soonest,
)
from sla_monitor.domain.knowing import known_after
from sla_monitor.domain.reckoning import Measures, reckoned, term_of, terms_after
from sla_monitor.domain.rules import INSTANTS, OF_TOPIC, RULES, STARTS, STOPS, Heard, Rule, Start, Stop

Told = ClockFact | TicketAlerted

_SOUGHT = (ClockKind.CONTACT, ClockKind.CITY_CONTACT)
_BEFORE = (ClockKind.CONTACT, ClockKind.HANDLE)
"""Whether they start depends on what was known before the fact: whether it is the first acceptance."""
_DECIDING: Mapping[type[Fact], str] = {
    TicketAccepted: "accepted_at",
    TicketClassified: "classified_at",
    TicketDispatched: "dispatched_at",
    TicketQueuedForManualDispatch: "queued_at",
    TicketTracked: "tracked_at",
}
"""The facts by which clocks that run may have another term or another unit, and the instants from which on."""
_ORDER = (Light.GREEN, Light.RUNNING, Light.YELLOW, Light.OVERDUE, Light.RED)


class Reaction(NamedTuple):
    """A ticket's case afterwards, and what is told, in order."""

    case: Case
    told: list[Told]


def react(case: Case, fact: Heard, noticed_at: datetime, measures: Measures) -> Reaction:
    """What a fact does to the ticket's clocks. Its own instant counts, not when it is noticed."""
    telling = _Telling(case, noticed_at, measures, OF_TOPIC[fact.TOPIC])
    telling.fact(fact)
    return telling.reaction()


def advance(case: Case, to: datetime, noticed_at: datetime, measures: Measures) -> Reaction:
    """What became true by the passing of time until an instant, that one included (rules 4.7).

    A calendar newer than the clocks counts from its import on: what turned before is told, and taken back by it. Ended
    ones keep the due they were judged by (rules 4.3).
    """
    telling = _Telling(case, noticed_at, measures)
    if telling.outdated():
        telling.pass_to(min(to, measures.amended_at))
        telling.amend()
    telling.pass_to(to)
    return telling.reaction()


def inherit(case: Case, since: datetime, at: datetime, noticed_at: datetime, measures: Measures) -> Reaction:
    """What becomes of a ticket in which another one goes on that was accepted earlier: its clock counts (rules 2.5)."""
    telling = _Telling(case, noticed_at, measures, OF_TOPIC[TicketLinked.TOPIC])
    telling.inherit(since, at)
    return telling.reaction()


def earliest(case: Case) -> datetime | None:
    """From when on the reporter has been waiting for this ticket; None before it was accepted."""
    return min(filter(None, (case.ticket.accepted_at, case.ticket.since)), default=None)


def instant_of(fact: Fact) -> str | None:
    """The attribute that says when what a fact says was so; None where it means nothing to clocks."""
    return _DECIDING.get(type(fact)) or INSTANTS.get(type(fact))


class _Telling:
    """A case while it changes, and what was told of it; time and the calendar move the clocks of `rules` alone."""

    def __init__(
        self, case: Case, noticed_at: datetime, measures: Measures, rules: Mapping[ClockKind, Rule] = RULES
    ) -> None:
        self._ticket, self._clocks, self._rules = case.ticket, dict(case.clocks), rules
        self._noticed_at, self._measures = noticed_at, measures
        self._told: list[Told] = []

    def reaction(self) -> Reaction:
        return Reaction(Case(self._ticket, self._clocks), self._told)

    def running(self) -> list[Clock]:
        return [one for one in self._clocks.values() if one.open]

    def moving(self) -> list[Clock]:
        return [one for one in self._clocks.values() if one.open and one.kind in self._rules]

    def put_in_order(self) -> None:
        """In one, however many transactions it took to come here: that in which they started."""
        self._clocks = dict(sorted(self._clocks.items(), key=_first))

    def fact(self, fact: Heard) -> None:
        self.amend()
        if named := instant_of(fact):
            self.pass_to(getattr(fact, named))
        for kind, stop in STOPS.get(type(fact), ()):
            self._stop_all(kind, stop, fact)
        before, self._ticket = self._ticket, known_after(self._ticket, fact)
        for kind, start in STARTS.get(type(fact), ()):
            if start.when(before if kind in _BEFORE else self._ticket, fact):
                self._start(kind, RULES[kind], start, fact)
        if named := _DECIDING.get(type(fact)):
            self._decided(getattr(fact, named))
        if isinstance(fact, DutiesInherited):
            self._pass_on(fact.former, fact.heir, fact.inherited_at)

    # what a fact does

    def _stop_all(self, kind: ClockKind, stop: Stop, fact: Fact) -> None:
        at: datetime = getattr(fact, stop.at)
        ref = str(getattr(fact, stop.ref)) if stop.ref else None
        for clock in self.running():
            if clock.kind is kind and ref in (None, clock.ref):
                self._stop(clock, stop, fact, at)

    def _stop(self, clock: Clock, stop: Stop, fact: Any, at: datetime) -> None:
        verdict = stop.judge(clock, fact, at, self._measures.policy)
        if verdict is None:
            tries = (*clock.tries, at) if clock.kind in _SOUGHT else clock.tries
            self._clocks[clock.key] = clock._replace(tries=tries)
            return
        shown = self._late(clock) if verdict is Verdict.OVERDUE else self._corrected(clock, at)
        self._end(shown, at, verdict)

    def _late(self, clock: Clock) -> Clock:
        """Whoever is deemed late at the due instant is late, although others would be on time then (rules 3.3)."""
        while next_ := follows(clock.light, clock):
            clock = self._turn(clock, *next_, ChangeCause.TIME)
        return clock

    def _end(self, clock: Clock, at: datetime, verdict: Verdict) -> None:
        ended = self._clocks[clock.key] = clock._replace(stopped_at=at, verdict=verdict)
        late = clock.red_before or clock.light.alarming
        self._tell(
            ClockStopped(**self._said(ended), stopped_at=at, light=ended.light, verdict=verdict, late_on_record=late)
        )
        if clock.light.alarming:
            self._alert(ended, ChangeCause.TIME, at, ended=True)

    def _corrected(self, clock: Clock, at: datetime) -> Clock:
        """What was told of instants after this one is not true: the fact came late (rules 4.3)."""
        light = light_at(clock, at)
        if light is clock.light:
            return clock
        return self._turn(clock, light, begins(clock.light, clock), ChangeCause.CORRECTED)

    def _start(self, kind: ClockKind, rule: Rule, start: Start, fact: Any) -> None:
        at: datetime = getattr(fact, start.at)
        named = [one for one in self._clocks.values() if one.kind is kind]
        ref = str(getattr(fact, start.ref)) if start.ref else str(len(named) + 1)
        if (kind, ref) in self._clocks:
            return
        for clock in named:
            if clock.open and not start.ref:
                if not start.replaces:
                    return
                self._end(self._corrected(clock, at), at, Verdict.VOID)
        self._begin(self._new(kind, rule, ref, at, fact, start))

    def _new(self, kind: ClockKind, rule: Rule, ref: str, at: datetime, fact: Any, start: Start) -> Clock:
        wanted_at: datetime | None = getattr(fact, start.due) if start.due else None
        began = min(at, self._ticket.since or at) if kind is ClockKind.HANDLE else at
        term = None if wanted_at else term_of(kind, self._ticket)
        blank = Clock(
            kind=kind,
            ref=ref,
            unit=self._ticket.unit if rule.of_ticket else getattr(fact, rule.unit),
            started_at=began,
            due_at=wanted_at or began,
            yellow_at=None,
            light=Light.RUNNING,
            steps=(Step(term, began),) if term else (),
            wanted_at=wanted_at,
            provisional=False,
            calendar=self._measures.calendar.version,
            policy=self._measures.policy.version,
        )
        return reckoned(blank, self._measures, self._lead())

    def _begin(self, clock: Clock) -> None:
        """Born in the light that it shows at its start: a same-day ticket yellow, without a false green (rules 4.1)."""
        lit = self._clocks[clock.key] = clock._replace(light=light_at(clock, clock.started_at))
        self.put_in_order()
        self._tell(
            ClockStarted(
                **self._said(lit),
                started_at=lit.started_at,
                yellow_at=lit.yellow_at,
                light=lit.light,
                term=lit.term,
                provisional=lit.provisional,
            )
        )
        if lit.light.alarming:
            self._alert(lit, ChangeCause.TIME, lit.due_at)

    def _decided(self, at: datetime) -> None:
        """Another unit, or another complexity: for the clocks that go on (rules 3.2, 3.4)."""
        for clock in self.running():
            if RULES[clock.kind].of_ticket and clock.unit != self._ticket.unit:
                known = self._corrected(clock, at)
                self._move(known, known._replace(unit=self._ticket.unit), at, ChangeCause.REDISPATCHED)
        for clock in self.running():
            term = term_of(clock.kind, self._ticket)
            if clock.steps and term and term != clock.term:
                known = self._corrected(clock, at)
                self._move_to(known._replace(steps=terms_after(known, term, at)), at, ChangeCause.RECLASSIFIED)

    def _pass_on(self, former: str, heir: str | None, at: datetime) -> None:
        """What a unit that was dissolved had to do after the reply."""
        for clock in self.moving():
            if clock.unit == former:
                known = self._corrected(clock, at)
                self._move(known, known._replace(unit=heir), at, ChangeCause.REDISPATCHED)

    def inherit(self, since: datetime, at: datetime) -> None:
        self.amend()
        self.pass_to(at)
        known = self._ticket.since
        self._ticket = self._ticket._replace(since=min(since, known or since))
        for clock in self.running():
            if clock.kind is ClockKind.HANDLE and since < clock.started_at:
                steps = (Step(clock.steps[0].term, since), *clock.steps[1:])
                self._move_to(clock._replace(started_at=since, steps=steps), at, ChangeCause.CORRECTED)
        self.put_in_order()

    # what time and the calendar do

    def pass_to(self, to: datetime) -> None:
        """Let time pass until an instant, that one included: what changes in the meantime is told in order."""
        while turns := [one for clock in self.moving() if (one := coming(clock, to))]:
            clock, light, since = min(turns, key=soonest)
            self._turn(clock, light, since, ChangeCause.TIME)

    def outdated(self) -> bool:
        newest = self._measures.calendar.version
        return any(clock.steps and clock.calendar < newest for clock in self.moving())

    def amend(self) -> None:
        """By the newest calendar, from its import on; who imported it may have had a clock ahead of ours."""
        newest, at = self._measures.calendar.version, min(self._measures.amended_at, self._noticed_at)
        for clock in self.moving():
            if clock.steps and clock.calendar < newest:
                self._move_to(clock, at, ChangeCause.CALENDAR)

    def _move_to(self, clock: Clock, at: datetime, cause: ChangeCause) -> None:
        """Due anew; assists follow their lead, since none is due later (rules 3.6)."""
        before = self._clocks[clock.key]
        moved = self._move(before, reckoned(clock, self._measures, self._lead()), at, cause)
        if moved.kind is ClockKind.HANDLE and moved.due_at != before.due_at:
            for assist in (one for one in self.running() if one.kind is ClockKind.ASSIST):
                self._follow_lead(assist, moved, at, cause)

    def _follow_lead(self, assist: Clock, lead: Clock, at: datetime, cause: ChangeCause) -> None:
        if reckoned(assist, self._measures, lead).due_at != assist.due_at:
            known = self._corrected(assist, at)
            self._move(known, reckoned(known, self._measures, lead), at, cause)

    def _move(self, before: Clock, after: Clock, at: datetime, cause: ChangeCause) -> Clock:
        self._clocks[after.key] = after
        if not _differs(before, after):
            return after
        self._tell(
            ClockMoved(
                **self._said(after),
                started_at=after.started_at,
                effective_at=at,
                cause=cause,
                previous_due_at=before.due_at,
                yellow_at=after.yellow_at,
                term=after.term,
                provisional=after.provisional,
            )
        )
        return self._relit(after, at, cause)

    def _relit(self, clock: Clock, at: datetime, cause: ChangeCause) -> Clock:
        """The light by the new due instant; what a decision makes true is so from the decision on."""
        light = light_at(clock, at)
        if light is clock.light:
            if light.alarming:
                self._alert(clock, cause, at)
            return clock
        worse = _ORDER.index(light) > _ORDER.index(clock.light)
        since = begins(light, clock) if worse and cause is not ChangeCause.RECLASSIFIED else at
        stays = clock.red_before or (clock.light.alarming and cause is ChangeCause.RECLASSIFIED)
        return self._turn(clock._replace(red_before=stays), light, since, cause)

    def _turn(self, clock: Clock, light: Light, since: datetime, cause: ChangeCause) -> Clock:
        turned = self._clocks[clock.key] = clock._replace(light=light)
        self._tell(
            ClockTurned(**self._said(turned), light=light, previous=clock.light, effective_at=since, cause=cause)
        )
        if light.alarming or clock.light.alarming:
            self._alert(turned, cause, since)
        return turned

    # how it is told

    def _lead(self) -> Clock | None:
        return next((one for one in self.running() if one.kind is ClockKind.HANDLE), None)

    def _said(self, clock: Clock) -> dict[str, Any]:
        return {
            "ticket_id": self._ticket.ticket_id,
            "complaint_id": self._ticket.complaint_id,
            "clock": clock.kind,
            "ref": clock.ref,
            "unit": clock.unit,
            "due_at": clock.due_at,
            "policy": clock.policy,
            "calendar": clock.calendar,
            "noticed_at": self._noticed_at,
        }

    def _tell(self, fact: ClockFact) -> None:
        self._told.append(fact)

    def _alert(self, changed: Clock, cause: ChangeCause, at: datetime, *, ended: bool = False) -> None:
        self._told.append(
            TicketAlerted(
                ticket_id=self._ticket.ticket_id,
                complaint_id=self._ticket.complaint_id,
                open=tuple(_alerts(self.running())),
                changed=_alert(changed),
                cause=cause,
                ended=ended,
                effective_at=at,
                noticed_at=self._noticed_at,
            )
        )


def _differs(before: Clock, after: Clock) -> bool:
    """Whether somebody who follows has to know."""
    return (before.due_at, before.unit, before.started_at, before.term, before.provisional) != (
        after.due_at,
        after.unit,
        after.started_at,
        after.term,
        after.provisional,
    )


def _first(kept: tuple[ClockKey, Clock]) -> tuple[datetime, ClockKey]:
    key, clock = kept
    return clock.started_at, key


def _alerts(clocks: Iterable[Clock]) -> Iterator[Alert]:
    return (_alert(one) for one in clocks if one.light.alarming)


def _alert(clock: Clock) -> Alert:
    return Alert(clock=clock.kind, ref=clock.ref, unit=clock.unit, light=clock.light, due_at=clock.due_at)
