"""What dispatch does with tickets: opens them, names their owners, carries out what units and the centre do."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeGuard
from uuid import UUID

from chassis.idempotency import fingerprint
from chassis.security import Principal
from chassis.work import Work
from contracts.actions import ActionApplied, ActionRefused, Link, Requested
from contracts.clocks import ClockFact, ClockStarted, ClockTurned
from contracts.complaints import ComplaintFact, ComplaintRegistered
from contracts.refusals import Refused
from contracts.tickets import TicketFact
from contracts.vocabulary import ClockKind, Light
from dispatch import domain, store
from dispatch.domain import (
    DeemLate,
    Directory,
    DispatchByHand,
    GoesOn,
    Handle,
    Holding,
    Open,
    Rehome,
    SaidAgain,
    SayAgain,
    Suggestion,
    Ticket,
)
from dispatch.store.actions import Answer
from dispatch.store.holdings import Ended
from dispatch.usecases.kit import Kit


async def open_tickets(work: Work[Kit], facts: Sequence[ComplaintFact]) -> None:
    """Open a ticket for each complaint, and name its unit or put it into the manual queue (四(二), rules 3.1).

    One that says the same as one before it goes on in that one's ticket, or asks to open it again (rules 2.5).
    """
    registered = _registered(facts)
    directory = await work.kit.newest.directory(work.session)
    known = await store.tickets.of_complaints(work.session, registered.keys())
    new = {id_: complaint for id_, complaint in registered.items() if id_ not in known}
    earlier = await _earlier(work, new.values())
    opened: list[tuple[Open, list[TicketFact]]] = []
    for id_, complaint in new.items():
        command = _open(work, directory, complaint, earlier.get(complaint.repeats or id_) or earlier.get(id_))
        told = domain.decide(None, command)
        opened.append((command, told))
        goes_on_in = command.earlier.ticket if isinstance(command.earlier, GoesOn) else domain.fold(None, told)
        earlier[id_] = goes_on_in
    await _write_new(work, opened)


def _registered(facts: Sequence[ComplaintFact]) -> dict[UUID, ComplaintRegistered]:
    """The complaints by their ids, each after the one that it repeats."""
    firsts: dict[UUID, ComplaintRegistered] = {}
    for fact in sorted(filter(_is_registered, facts), key=lambda one: (one.registered_at, one.complaint_id)):
        firsts.setdefault(fact.complaint_id, fact)
    return firsts


def _is_registered(fact: ComplaintFact) -> TypeGuard[ComplaintRegistered]:
    return isinstance(fact, ComplaintRegistered)


async def _earlier(work: Work[Kit], complaints: Collection[ComplaintRegistered]) -> dict[UUID, Ticket]:
    """Where those that are repeated go on, by complaint, locked; where one is repeated that comes later itself, too."""
    repeated = {one.repeats for one in complaints if one.repeats}
    at = await store.tickets.repeating(work.session, [one.complaint_id for one in complaints])
    at |= await store.tickets.leading_to(work.session, repeated)
    locked = await store.tickets.locked_all(work.session, set(at.values())) if at else {}
    return {complaint_id: locked[ticket_id] for complaint_id, ticket_id in at.items()}


def _open(work: Work[Kit], directory: Directory, complaint: ComplaintRegistered, earlier: Ticket | None) -> Open:
    policy = work.kit.policy
    route = domain.route_of(directory, policy, complaint)
    return Open(work.new_id(), complaint, route, work.now, domain.repeated(complaint, earlier, policy))


async def _write_new(work: Work[Kit], opened: Sequence[tuple[Open, list[TicketFact]]]) -> None:
    """Write and tell, except of what another instance has opened at this moment."""
    added = await store.tickets.add(work.session, [domain.fold(None, told) for _, told in opened])
    desk = _Desk({})
    for command, told in opened:
        if command.ticket_id in added:
            work.tell(*told, because=command.complaint)
            _ask_to_reopen(work, desk, command)
    await _write(work, desk)


def _ask_to_reopen(work: Work[Kit], desk: "_Desk", command: Open) -> None:
    if isinstance(command.earlier, SaidAgain):
        closed = desk.tickets.get(command.earlier.ticket.ticket_id, command.earlier.ticket)
        told = domain.decide(closed, SayAgain(f"channel.{command.complaint.channel}", work.now))
        if told:
            _happened(work, desk, closed, told)


async def dispatch_by_hand(work: Work[Kit], by: Principal, ticket_id: UUID, unit: str) -> Ticket:
    """The ticket, dispatched to the unit by the centre's hand (四(二), rules 3.1).

    Raises Refused: `ticket.unknown`, `ticket.dispatched-elsewhere`, `unit.unknown`.
    """
    ticket = await store.tickets.locked(work.session, ticket_id)
    directory = await work.kit.newest.directory(work.session)
    told = domain.decide(ticket, DispatchByHand(unit, by.name, work.now, directory))
    if not told or ticket is None:
        return domain.fold(ticket, told)
    desk = _Desk({})
    _happened(work, desk, ticket, told)
    await _write(work, desk)
    return desk.tickets[ticket_id]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """An action on a ticket: `by_unit` asks, None for the centre. `code` refuses one that could not be read whole."""

    by_unit: str | None
    ticket_id: UUID
    action_id: UUID
    name: str
    requested: Requested | None
    code: str | None = None

    @property
    def by(self) -> str:
        """Who asks, as a principal."""
        return f"unit.{self.by_unit}" if self.by_unit else "centre"

    @property
    def fingerprint(self) -> bytes:
        """What it is recognised by when it is said again."""
        said = self.requested.model_dump_json(exclude={"ticket_id"}) if self.requested else self.name
        return fingerprint(self.ticket_id.bytes, said.encode())


@dataclass(slots=True)
class _Desk:
    """The tickets of a batch as they are in the middle of it, and what has come of it so far."""

    tickets: dict[UUID, Ticket]
    changed: set[UUID] = field(default_factory=set)
    ended: list[Ended] = field(default_factory=list)


class Acted(NamedTuple):
    """How an action was answered, and its ticket, if there is one, as it is then, with what ranking suggests for it."""

    answer: Answer
    ticket: Ticket | None
    suggested: Sequence[Suggestion] = ()


async def act(work: Work[Kit], asked: Sequence[Asked]) -> list[Acted]:
    """Carry out what is asked over HTTP, and answer each. A refusal is not kept: the same may be asked again later."""
    acted = await _act(work, asked)
    await _keep(work, [one.answer for one in acted if one.answer.code is None])
    named = await suggestions(work, [one.ticket for one in acted if one.ticket])
    return [one._replace(suggested=named.get(one.answer.ticket_id, ())) for one in acted]


async def _act(work: Work[Kit], asked: Sequence[Asked]) -> list[Acted]:
    """Carry out actions in their order, each once (rules 2, 3).

    A refusal is an answer: nothing happens, and the others go on. Said again, an action is answered again.
    """
    desk = _Desk(await store.tickets.locked_all(work.session, _concerned(asked)))
    known = await store.actions.answered(work.session, [(one.by, one.action_id) for one in asked])
    directory = await work.kit.newest.directory(work.session)
    acted: list[Acted] = []
    for one in asked:
        at = one.by, one.action_id
        answer = known[at] if at in known else _carried_out(work, desk, directory, one)
        known.setdefault(at, answer)
        own = answer if answer.fingerprint == one.fingerprint else replace(answer, code=_OTHER)
        acted.append(Acted(own, desk.tickets.get(one.ticket_id)))
    await _write(work, desk)
    return acted


async def _keep(work: Work[Kit], answers: Sequence[Answer]) -> None:
    """So that each is given again. An action that was said with another body keeps its first answer."""
    await store.actions.add(work.session, [one for one in answers if one.code != _OTHER], work.now)


_OTHER = "action.different-body"


def _concerned(asked: Sequence[Asked]) -> set[UUID]:
    """The tickets that a batch is about, and those that links lead to."""
    links = {one.requested.do.to for one in asked if one.requested and isinstance(one.requested.do, Link)}
    return {one.ticket_id for one in asked} | links


def _carried_out(work: Work[Kit], desk: _Desk, directory: Directory, asked: Asked) -> Answer:
    code: str | None = None
    try:
        _carry_out(work, desk, directory, asked)
    except Refused as refused:
        code = refused.code
    ticket = desk.tickets.get(asked.ticket_id)
    seen = ticket if ticket and (code is None or domain.sees(asked.by_unit, ticket)) else None
    version, state = (seen.version, seen.state) if seen else (None, None)
    return Answer(asked.by, asked.action_id, asked.fingerprint, asked.ticket_id, code, version, state)


def _carry_out(work: Work[Kit], desk: _Desk, directory: Directory, asked: Asked) -> None:
    """Raises Refused as `domain.decide` does, with `ticket.stale`, and for what could not be read."""
    if asked.requested is None:
        raise Refused(asked.code or "request.invalid")
    before, do = desk.tickets.get(asked.ticket_id), asked.requested.do
    other = desk.tickets.get(do.to) if isinstance(do, Link) else None
    officer, policy = asked.requested.officer, work.kit.policy
    told = domain.decide(
        before, Handle(asked.action_id, do, asked.by_unit, officer, work.now, directory, policy, other)
    )
    if not told or before is None:
        return
    if asked.requested.version not in (None, before.version):
        raise Refused("ticket.stale")
    _happened(work, desk, before, told, because=asked)


def _happened(work: Work[Kit], desk: _Desk, before: Ticket, told: list[TicketFact], because: object = None) -> None:
    after = desk.tickets[before.ticket_id] = domain.fold(before, told)
    desk.changed.add(after.ticket_id)
    left = set(domain.holders(before)) - set(domain.holders(after))
    desk.ended += [Ended(after.ticket_id, one, work.now) for one in left]
    work.tell(*told, because=because, correlation=str(after.complaint_id))


async def _write(work: Work[Kit], desk: _Desk) -> None:
    await store.tickets.save(work.session, [desk.tickets[id_] for id_ in sorted(desk.changed)])
    await store.holdings.end(work.session, desk.ended)


async def rehome(work: Work[Kit]) -> None:
    """Let the next open tickets leave units that are no longer listed, at most MOST_REHOMED (rules 3.2, 3.6).

    Called until none is left; also those that an instance opened a moment ago under the version before.
    """
    directory = await work.kit.newest.directory(work.session)
    found = await store.tickets.of_dissolved(work.session, directory.dissolved.keys(), MOST_REHOMED)
    desk = _Desk(await store.tickets.locked_all(work.session, found))
    for ticket in list(desk.tickets.values()):
        if told := domain.decide(ticket, Rehome(work.now, directory)):
            _happened(work, desk, ticket, told)
    await _write(work, desk)


MOST_REHOMED = 1_000
"""In one transaction."""


async def deem_accepted(work: Work[Kit], facts: Sequence[ClockFact]) -> None:
    """Let tickets that were not accepted by their due be accepted at that instant (rules 3.3).

    Raises Refused("time.in-future").
    """
    late = [one for one in facts if _is_late(one)]
    if not late:
        return
    desk = _Desk(await store.tickets.locked_all(work.session, {one.ticket_id for one in late}))
    for fact in late:
        before = desk.tickets.get(fact.ticket_id)
        told = domain.decide(before, DeemLate(fact.unit, fact.due_at, work.now))
        if told and before:
            _happened(work, desk, before, told, because=fact)
    await _write(work, desk)


def _is_late(fact: ClockFact) -> TypeGuard[ClockStarted | ClockTurned]:
    if not isinstance(fact, ClockStarted | ClockTurned):
        return False
    return fact.clock == ClockKind.ACCEPT and fact.light == Light.OVERDUE


def outcome(acted: Acted) -> Ticket:
    """The ticket after an action. Raises Refused with the code of its answer."""
    answer, ticket, _ = acted
    if answer.code is not None:
        raise Refused(answer.code, version=answer.version, state=answer.state)
    assert ticket is not None, "what was done was done to a ticket"
    return ticket


async def act_for_units(work: Work[Kit], asked: Sequence[Asked]) -> None:
    """Carry out what units' own systems ask for, and answer each on its unit's topic."""
    carried_out = await _act(work, asked)
    await _keep(work, [one.answer for one in carried_out])
    for one, acted in zip(asked, carried_out, strict=True):
        _answer(work, one, acted.answer, acted.ticket)


def _answer(work: Work[Kit], asked: Asked, answer: Answer, ticket: Ticket | None) -> None:
    """Only what was applied names the complaint: a refusal may be about another unit's ticket."""
    complaint = ticket.complaint_id if ticket and answer.code is None else None
    told = _told(asked, answer, complaint, work.now)
    work.tell(told, because=asked, correlation=str(complaint) if complaint else None, answering=True)


def _told(asked: Asked, answer: Answer, complaint: UUID | None, at: datetime) -> ActionApplied | ActionRefused:
    said: dict[str, Any] = {
        "action_id": asked.action_id,
        "ticket_id": asked.ticket_id,
        "unit": asked.by_unit,
        "action": asked.name,
        "version": answer.version,
        "state": answer.state,
    }
    if answer.code is None:
        return ActionApplied(**said, complaint_id=complaint, applied_at=at)
    return ActionRefused(**said, code=answer.code, refused_at=at)


async def tickets_of_unit(
    work: Work[Kit], unit: str, after: UUID | None, most: int, *, helping: bool = False
) -> list[Ticket]:
    """The open tickets that a unit must handle, or with `helping` those that it does a part of; after one seen last.

    Raises Refused("ticket.unknown").
    """
    seen = await one_ticket(work, after) if after else None
    look = store.tickets.helped_by if helping else store.tickets.of_unit
    return await look(work.session, unit, seen, most)


async def holdings(work: Work[Kit], ticket_id: UUID) -> tuple[list[Ended], tuple[Holding, ...]]:
    """Who held the ticket, and who holds it now (首受负责, rules 3.2). Raises Refused("ticket.unknown")."""
    ticket = await one_ticket(work, ticket_id)
    return await store.holdings.ended(work.session, ticket_id), domain.holders(ticket)


async def one_ticket(work: Work[Kit], ticket_id: UUID) -> Ticket:
    """The ticket. Raises Refused("ticket.unknown")."""
    found = await store.tickets.one(work.session, ticket_id)
    if found is None:
        raise Refused("ticket.unknown")
    return found


async def tickets_of(work: Work[Kit], complaint_ids: Collection[UUID]) -> list[Ticket]:
    """The tickets of those complaints that have one."""
    return list((await store.tickets.of_complaints(work.session, complaint_ids)).values())


async def manual_queue(work: Work[Kit], after: UUID | None, most: int) -> list[Ticket]:
    """What waits for the centre's hand, oldest first, after the ticket that a client saw last.

    Raises Refused: `ticket.unknown`, `request.invalid` for one that never stood in the queue.
    """
    seen = await one_ticket(work, after) if after else None
    if seen and seen.queued_at is None:
        raise Refused("request.invalid", fields=["query.after: never-queued"])
    return await store.tickets.queued(work.session, seen, most)


async def reopening_queue(work: Work[Kit], after: UUID | None, most: int) -> list[Ticket]:
    """The closed tickets that somebody wants opened again, oldest request first, after one seen last (rules 2.5).

    Raises Refused: `ticket.unknown`, `request.invalid` for one that nobody wants opened again any more.
    """
    seen = await one_ticket(work, after) if after else None
    if seen and seen.handling.reopening_requested_at is None:
        raise Refused("request.invalid", fields=["query.after: not-requested"])
    return await store.tickets.reopening(work.session, seen, most)


async def suggestions(work: Work[Kit], tickets: Collection[Ticket]) -> dict[UUID, list[Suggestion]]:
    """What ranking suggests for tickets, by ticket, the likeliest first; those without are absent."""
    ranked = [one for one in tickets if one.candidates]
    directory = await work.kit.newest.directory(work.session) if ranked else Directory()
    return {one.ticket_id: domain.suggestions(directory, one.candidates) for one in ranked}
