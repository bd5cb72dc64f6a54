"""What dispatch does: opens tickets and names their owners, lets the centre do it by hand, keeps the directory."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from chassis.db import Session
from chassis.security import Principal
from chassis.work import Work
from contracts.complaints import ComplaintFact, ComplaintRegistered
from contracts.refusals import Refused
from contracts.tickets import TicketFact
from dispatch import domain, store
from dispatch.domain import Changes, Directory, DispatchByHand, Open, Policy, Route, Ticket
from dispatch.store.directory import Version


class Newest:
    """The newest directory, kept by the process, and read again when there is a newer one."""

    def __init__(self) -> None:
        self._held = Directory()

    async def directory(self, session: Session) -> Directory:
        """The directory that holds now."""
        version = await store.directory.newest(session)
        if version != self._held.version:
            self._held = await store.directory.held(session, version)
        return self._held


@dataclass(frozen=True, slots=True)
class Kit:
    """Dispatch's equipment."""

    policy: Policy
    newest: Newest = field(default_factory=Newest)


@dataclass(frozen=True, slots=True)
class Imported:
    """The version that holds after an import, and what it changed: nothing when there is no new one."""

    version: int
    changes: Changes


async def open_tickets(work: Work[Kit], facts: Sequence[ComplaintFact]) -> None:
    """Open a ticket for each complaint, and name its unit or put it into the manual queue (四(二), rules 3.1)."""
    registered = _registered(facts)
    directory = await work.kit.newest.directory(work.session)
    known = await store.tickets.of_complaints(work.session, registered.keys())
    decided = [
        (complaint, domain.decide(known.get(id_), _open(work, directory, complaint)))
        for id_, complaint in registered.items()
    ]
    await _write_new(work, [(complaint, told) for complaint, told in decided if told])


def _registered(facts: Sequence[ComplaintFact]) -> dict[UUID, ComplaintRegistered]:
    """The complaints by their ids; one that is linked has its ticket in that of the other (rules 2.5)."""
    firsts: dict[UUID, ComplaintRegistered] = {}
    for fact in facts:
        if isinstance(fact, ComplaintRegistered):
            firsts.setdefault(fact.complaint_id, fact)
    return firsts


def _open(work: Work[Kit], directory: Directory, complaint: ComplaintRegistered) -> Open:
    route = domain.route(directory, work.kit.policy, complaint.matter_code, complaint.place_code)
    return Open(work.new_id(), complaint, route, work.now)


async def _write_new(work: Work[Kit], decided: Sequence[tuple[ComplaintRegistered, list[TicketFact]]]) -> None:
    """Write and tell, except of what another instance has opened at this moment."""
    added = await store.tickets.add(work.session, [domain.fold(None, told) for _, told in decided])
    for complaint, told in decided:
        if told[0].ticket_id in added:
            work.tell(*told, because=complaint)


async def dispatch_by_hand(work: Work[Kit], by: Principal, ticket_id: UUID, unit: str) -> Ticket:
    """The ticket, dispatched to the unit by the centre's hand (四(二), rules 3.1).

    Raises Refused: `ticket.unknown`, `ticket.dispatched-elsewhere`, `unit.unknown`.
    """
    ticket = await store.tickets.locked(work.session, ticket_id)
    directory = await work.kit.newest.directory(work.session)
    told = domain.decide(ticket, DispatchByHand(unit, by.name, work.now, directory))
    after = domain.fold(ticket, told)
    if told:
        await store.tickets.save(work.session, [after])
        work.tell(*told, correlation=str(after.complaint_id))
    return after


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


async def import_directory(work: Work[Kit], draft: Directory) -> Imported:
    """Make the draft a new version of the directory and tell what it changes; nothing when it says the same."""
    await store.directory.importing_alone(work.session)
    held = await store.directory.held(work.session, await store.directory.newest(work.session))
    changes = domain.changes(held, draft)
    if not changes.size:
        return Imported(held.version, changes)
    version = held.version + 1
    await store.directory.write(work.session, version, work.now, changes)
    work.tell(*domain.listings(changes, version, work.now))
    return Imported(version, changes)


async def directory(work: Work[Kit], version: int | None = None) -> Directory:
    """The directory that holds now, or as it held under a version. Raises Refused("directory.version-unknown")."""
    newest = await work.kit.newest.directory(work.session)
    if version is None or version == newest.version:
        return newest
    if not 0 <= version < newest.version:
        raise Refused("directory.version-unknown")
    return await store.directory.held(work.session, version)


async def versions(work: Work[Kit]) -> list[Version]:
    """Every version of the directory, oldest first."""
    return await store.directory.versions(work.session)


async def route(work: Work[Kit], matter: str | None, place: str | None, version: int | None = None) -> Route:
    """Who would get such a complaint, and by which rule. Raises Refused("directory.version-unknown")."""
    return domain.route(await directory(work, version), work.kit.policy, matter, place)
