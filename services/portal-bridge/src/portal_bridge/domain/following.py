"""How the city's complaints are followed from ticket to ticket, and what is said of them there (rules 2.5)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.tickets import (
    TicketAccepted,
    TicketDeclined,
    TicketFact,
    TicketFinished,
    TicketLinked,
    TicketOpened,
    TicketProgressed,
    TicketReopened,
    TicketTracked,
)
from contracts.vocabulary import Channel, ReplyKind
from portal_bridge.domain.replies import Addressee, Reply, Saying


class Reopened(NamedTuple):
    """What was said of the ticket before is another matter."""

    at: datetime


class Linked(NamedTuple):
    """The ticket goes on in another one."""

    to: UUID
    at: datetime


Step = Saying | Reopened | Linked
Course = Sequence[Step]
"""What was heard of a ticket, in order; kept of every one, for a complaint of the city may turn out to go on there."""


class Followed(NamedTuple):
    """What facts make: the city's complaints, the courses of tickets, and what is to be told."""

    addressees: list[Addressee]
    courses: dict[UUID, Course]
    replies: list[Reply]


def saying(fact: TicketFact) -> Saying | None:
    """What the city is told of a fact about a ticket; None for what is not for it."""
    match fact:
        case TicketAccepted():
            return Saying(ReplyKind.ACCEPTED, fact.accepted_at, fact.unit, fact.complaint_id, ())
        case TicketTracked():
            return Saying(ReplyKind.PROGRESS, fact.tracked_at, fact.unit, fact.complaint_id, (fact.explanation_id,))
        case TicketProgressed():
            return Saying(ReplyKind.PROGRESS, fact.progressed_at, fact.unit, fact.complaint_id, (fact.note_id,))
        case TicketFinished():
            return Saying(ReplyKind.RESULT, fact.finished_at, fact.unit, fact.complaint_id, (fact.reply_id,))
        case TicketDeclined():
            texts = (fact.explanation_id, fact.citation_id)
            return Saying(ReplyKind.DECLINED, fact.declined_at, fact.unit, fact.complaint_id, texts)
    return None


def step(fact: TicketFact) -> Step | None:
    """What a fact adds to the course of its ticket."""
    match fact:
        case TicketReopened():
            return Reopened(fact.reopened_at)
        case TicketLinked():
            return Linked(fact.to, fact.linked_at)
    return saying(fact)


def concerned(facts: Iterable[TicketFact]) -> set[UUID]:
    """The tickets whose courses these facts go on, and those to which they lead."""
    steps = [(fact.ticket_id, one) for fact in facts if (one := step(fact))]
    return {ticket for ticket, _ in steps} | leads(one for _, one in steps)


def leads(steps: Iterable[Step]) -> set[UUID]:
    """The tickets to which they lead."""
    return {one.to for one in steps if isinstance(one, Linked)}


def follow(held: Iterable[Addressee], courses: Mapping[UUID, Course], facts: Iterable[TicketFact]) -> Followed:
    """The complaints of the city after these facts, of which `held` are known, and the replies that they make.

    A ticket that is linked goes on in another one: what is said there is said of both, also what was heard before.
    """
    known, going, replies = {one.complaint_id: one for one in held}, dict(courses), list[Reply]()
    for fact in facts:
        if isinstance(fact, TicketOpened) and fact.channel is Channel.CITY_EXIT:
            known.setdefault(fact.complaint_id, Addressee(fact.complaint_id, fact.ticket_id))
        elif one := step(fact):
            going[fact.ticket_id] = [*going.get(fact.ticket_id, ()), one]
            for each in [each for each in known.values() if each.ticket_id == fact.ticket_id]:
                for addressee, reply in _told(each, [one], going):
                    known[each.complaint_id] = addressee
                    replies += [reply] if reply else []
    return Followed(list(known.values()), going, replies)


def _told(
    addressee: Addressee, course: Course, courses: Mapping[UUID, Course]
) -> Iterator[tuple[Addressee, Reply | None]]:
    """The complaint after each step, and the reply that it makes; at a link it goes on by the other ticket's course."""
    for one in course:
        match one:
            case Saying():
                addressee = replace(addressee, last=addressee.last + 1)
                yield addressee, Reply(addressee.complaint_id, addressee.last, one)
            case Linked():
                addressee = replace(addressee, ticket_id=one.to)
                yield addressee, None
                yield from _told(addressee, _since(courses.get(one.to, ()), one.at), courses)
                return


def _since(course: Course, linked_at: datetime) -> Course:
    """What is said of one that is linked then: all that was heard since the ticket was opened last before that."""
    opened = [at for at, one in enumerate(course, 1) if isinstance(one, Reopened) and one.at <= linked_at]
    return course[max(opened, default=0) :]
