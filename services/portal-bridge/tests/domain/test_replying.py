"""What the city is told of a ticket's facts, in what form, and what its answers mean."""

import json
from typing import Any
from uuid import UUID

import pytest

from chassis.testing import lives
from chassis.testing.lives import COMPLAINT, SAID, TICKET
from contracts.tickets import TicketDeclined, TicketFact, TicketLinked, TicketReopened
from contracts.vocabulary import Channel, ReplyKind
from portal_bridge.domain import Addressee, Course, Fate, Letter, Reply, body, fate, follow

OPENED = lives.opened(Channel.CITY_EXIT)
DECLINED = TicketDeclined(
    **SAID,
    unit="hrss",
    explanation_id=UUID(int=71),
    citation_id=UUID(int=72),
    declined_at=lives.at("25 11:00"),
    by=lives.BY,
    confirmed_by="unit.hrss/0413",
)
OTHER = UUID(int=50)


def test_a_citys_ticket_is_replied_about_in_order() -> None:
    facts: list[TicketFact] = [
        OPENED,
        lives.dispatched(),
        lives.accepted("24 11:00"),
        lives.finished("25 10:00"),
        DECLINED,
    ]
    [addressee], _, replies = follow([], {}, facts)
    assert addressee == Addressee(COMPLAINT, TICKET, 3)
    assert [(one.number, one.saying.kind) for one in replies] == [
        (1, ReplyKind.ACCEPTED),
        (2, ReplyKind.RESULT),
        (3, ReplyKind.DECLINED),
    ]
    assert replies[2].saying.text_ids == (UUID(int=71), UUID(int=72))


@pytest.mark.parametrize("channel", [one for one in Channel if one is not Channel.CITY_EXIT])
def test_nobody_elses_ticket_is_replied_about(channel: Channel) -> None:
    assert follow([], {}, [lives.opened(channel), lives.accepted(), lives.finished("25 10:00")])[::2] == ([], [])


def test_one_batch_or_one_by_one_is_the_same() -> None:
    facts: list[TicketFact] = [OPENED, lives.accepted("24 11:00"), lives.finished("25 10:00")]
    assert one_by_one(facts) == follow([], {}, facts)


def one_by_one(facts: list[TicketFact]) -> Any:
    """What comes of facts, each in a batch of its own."""
    held: list[Addressee] = []
    courses: dict[UUID, Course] = {}
    said: list[Reply] = []
    for one in facts:
        held, courses, replies = follow(held, courses, [one])
        said += replies
    return held, courses, said


LINKED = TicketLinked(**SAID, to=OTHER, linked_at=lives.at("24 10:30"), by=lives.BY)
THERE = {"ticket_id": OTHER, "complaint_id": UUID(int=51)}
TAKEN, DONE = (one.model_copy(update=THERE) for one in (lives.accepted("24 10:00"), lives.finished("25 10:00")))


@pytest.mark.parametrize(
    "facts",
    [
        [OPENED, LINKED, TAKEN, DONE],
        [TAKEN, OPENED, LINKED, DONE],
        [TAKEN, DONE, OPENED, LINKED],
        [OPENED, TAKEN, LINKED, DONE],
    ],
)
def test_what_goes_on_in_another_ticket_is_told_from_there_whatever_is_heard_first(facts: list[TicketFact]) -> None:
    [addressee], courses, replies = follow([], {}, facts)
    assert (addressee, len(courses)) == (Addressee(COMPLAINT, OTHER, 2), 2)
    assert [(one.complaint_id, one.number, one.saying.kind, one.saying.text_of) for one in replies] == [
        (COMPLAINT, 1, ReplyKind.ACCEPTED, UUID(int=51)),
        (COMPLAINT, 2, ReplyKind.RESULT, UUID(int=51)),
    ]
    assert one_by_one(facts) == ([addressee], courses, replies)


def test_it_goes_on_through_two_links_heard_the_wrong_way_round() -> None:
    last = UUID(int=60)
    on = LINKED.model_copy(update=THERE | {"to": last, "linked_at": lives.at("24 11:00")})
    done = DONE.model_copy(update={"ticket_id": last})
    [addressee], _, replies = follow([], {}, [done, TAKEN, on, OPENED, LINKED])
    assert (addressee.ticket_id, [one.saying.kind for one in replies]) == (last, [ReplyKind.ACCEPTED, ReplyKind.RESULT])


def test_what_was_said_before_a_reopening_is_not_told_of_one_that_came_after() -> None:
    again = TicketReopened(
        ticket_id=OTHER, complaint_id=UUID(int=51), unit="hrss", round=2, reopened_at=lives.at("25 12:00"), by=lives.BY
    )
    later = DONE.model_copy(update={"finished_at": lives.at("26 10:00")})
    for linked_at, told in (("24 10:30", 3), ("25 13:00", 1)):
        linked = LINKED.model_copy(update={"linked_at": lives.at(linked_at)})
        assert len(follow([], {}, [TAKEN, DONE, again, later, OPENED, linked]).replies) == told


def test_a_body_has_the_form_that_was_agreed() -> None:
    texts = {UUID(int=71): "依据不足", UUID(int=72): "沪府规〔2026〕1号"}
    letter = Letter("K", COMPLAINT, 3, ReplyKind.DECLINED, lives.at("25 11:00"), None, "P-1", COMPLAINT, tuple(texts))
    assert json.loads(body(letter, texts)) == {
        "kind": "declined",
        "said_at": "2026-11-25T11:00:00+08:00",
        "unit_credit_code": None,
        "project_number": "P-1",
        "text": "依据不足\n\n沪府规〔2026〕1号",
    }
    assert (
        json.loads(
            body(Letter("K", COMPLAINT, 1, ReplyKind.ACCEPTED, lives.at("25 11:00"), None, None, COMPLAINT), {})
        )["text"]
        is None
    )


@pytest.mark.parametrize(
    ("statuses", "meant"),
    [
        ((200, 201), Fate.TAKEN),
        ((404, 422, 400, 413), Fate.REFUSED),
        ((409,), Fate.CONFLICT),
        ((500, 408, 302, 204), Fate.AGAIN),
        ((None, 401, 403, 429, 502, 503, 504), Fate.DOWN),
    ],
)
def test_what_an_answer_means(statuses: tuple[int | None, ...], meant: Fate) -> None:
    assert {fate(one) for one in statuses} == {meant}
