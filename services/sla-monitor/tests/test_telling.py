"""Who is told of which lights, and when: on the real database, sent to a receiver that really listens."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.testing import lives
from contracts.refusals import Refused
from contracts.vocabulary import Complexity, Light
from sla_monitor import usecases
from sla_monitor.domain import Recipient, RecipientKind

TUESDAY = "24 10:00"


def same_day() -> list[Any]:
    """A ticket that is accepted on Tuesday at ten, due at five: its handling is born yellow."""
    return [lives.opened(), lives.dispatched("24 09:30"), lives.accepted(TUESDAY, Complexity.SIMPLE)]


def waiting_for_acceptance(many: int, unit: str = "hrss", first: int = 1000) -> list[Any]:
    """Tickets that are dispatched on Tuesday, to be accepted by Wednesday at five."""
    said = (lives.opened(), lives.dispatched("24 10:00", unit))
    ids = (UUID(int=first + number) for number in range(many))
    return [fact.model_copy(update={"ticket_id": id_}) for id_ in ids for fact in said]


async def test_a_light_is_told_at_once_with_its_ticket_and_no_word_of_people(post: Any) -> None:
    await post.tells(lights=(Light.YELLOW,), unit="hrss")
    await post.follow(TUESDAY, *same_day())
    await post.follow(TUESDAY, *same_day())
    for _ in range(2):
        await post.tick()
    [call] = post.receiver.calls
    assert json.loads(call.body) == {
        "type": "lights.turned.v1",
        "timestamp": "2026-11-24T02:00:00.000Z",
        "data": {
            "unit": "hrss",
            "clocks": 1,
            "counts": [{"clock": "handle", "light": "yellow", "clocks": 1}],
            "tickets": [
                {
                    "ticket_id": str(lives.TICKET),
                    "clocks": [
                        {
                            "clock": "handle",
                            "ref": "1",
                            "unit": "hrss",
                            "light": "yellow",
                            "due_at": "2026-11-24T09:00:00.000Z",
                            "effective_at": "2026-11-24T02:00:00.000Z",
                        }
                    ],
                }
            ],
        },
    }


async def test_a_flood_in_the_evening_is_one_digest_at_nine_on_the_next_working_day(post: Any) -> None:
    await post.tells()
    await post.follow("27 10:00", *(one for one in waiting_for_acceptance(1000)))
    for outside in ("27 17:00", "28 10:00", "29 12:00", "30 08:59"):
        await post.sweep(outside)
        await post.tick()
    assert post.receiver.calls == []
    await post.sweep("30 09:00")
    await asyncio.gather(post.tick(), post.tick())
    await post.tick()
    [call] = post.receiver.calls
    told = json.loads(call.body)["data"]
    assert told["counts"] == [{"clock": "accept", "light": "overdue", "clocks": 1000}]
    assert [one["ticket_id"] for one in told["tickets"]] == [str(UUID(int=1000 + number)) for number in range(20)]
    assert await post.untold() == 0


async def test_what_is_late_comes_before_what_will_be(post: Any) -> None:
    await post.tells(lights=(Light.YELLOW, Light.RED, Light.OVERDUE))
    await post.follow(
        "23 11:00", *(lives.opened(submitted="23 08:00"), lives.dispatched("23 09:00"), lives.accepted("23 10:00"))
    )
    await post.follow("23 11:00", lives.contacted("23 11:00", reached=True))
    await post.follow(TUESDAY, *waiting_for_acceptance(25))
    await post.sweep("26 09:00")
    await post.tick()
    told = json.loads(post.receiver.calls[0].body)["data"]
    assert {(one["light"], one["clocks"]) for one in told["counts"]} == {("overdue", 25), ("yellow", 1)}
    assert str(lives.TICKET) not in {one["ticket_id"] for one in told["tickets"]}


async def test_within_ten_minutes_of_a_message_nothing_follows_and_then_one(post: Any) -> None:
    await post.tells(lights=(Light.YELLOW,))
    for minute, ticket in enumerate((1, 2, 3, 4)):
        moved = [one.model_copy(update={"ticket_id": UUID(int=ticket)}) for one in same_day()]
        await post.follow(f"24 10:{minute:02}", *moved)
        await post.tick()
    assert len(post.receiver.calls) == 1
    post.at("24 10:09")
    await post.tick()
    assert len(post.receiver.calls) == 1
    post.at("24 10:10")
    await post.tick()
    assert [json.loads(one.body)["data"]["clocks"] for one in post.receiver.calls] == [1, 3]


async def test_what_is_no_longer_true_is_not_told(post: Any) -> None:
    """A ticket that was accepted in time, as is known too late, and one that was handled before anybody was told."""
    await post.tells()
    await post.follow(TUESDAY, *waiting_for_acceptance(3))
    await post.sweep("25 17:01")
    in_time, late = (
        lives.accepted(when).model_copy(update={"ticket_id": UUID(int=number)})
        for when, number in (("25 16:59", 1000), ("25 17:01", 1001))
    )
    await post.follow("25 18:00", in_time, late)
    await post.sweep("26 09:00")
    await post.tick()
    [call] = post.receiver.calls
    assert [one["ticket_id"] for one in json.loads(call.body)["data"]["tickets"]] == [str(UUID(int=1002))]
    [row] = await post.rows("SELECT count(*) AS left_out FROM notification WHERE left_out_at IS NOT NULL")
    assert row.left_out == 2


async def test_everybody_is_told_of_their_own(post: Any) -> None:
    await post.tells("hrss", unit="hrss")
    await post.tells("tax", unit="tax")
    await post.tells("district")
    await post.tells("calm", lights=(Light.RED,))
    await post.follow(TUESDAY, *waiting_for_acceptance(2), *waiting_for_acceptance(3, "tax", first=2000))
    await post.sweep("26 09:00")
    await post.tick()
    told = sorted((json.loads(one.body)["data"] for one in post.receiver.calls), key=lambda one: one["clocks"])
    assert [(one["unit"], one["clocks"]) for one in told] == [("hrss", 2), ("tax", 3), (None, 5)]


async def test_another_unit_that_gets_a_late_ticket_is_told_too(post: Any) -> None:
    await post.tells("tax", unit="tax")
    await post.tells("hrss", unit="hrss")
    await post.follow("24 11:00", lives.opened(), lives.dispatched(), lives.accepted("24 11:00"))
    await post.sweep("27 17:01")
    await post.follow("27 17:05", lives.dispatched("27 17:05", "tax", again=True))
    await post.sweep("30 09:00")
    await post.tick()
    [told] = [json.loads(one.body)["data"] for one in post.receiver.calls]
    assert (told["unit"], {one["light"] for one in told["counts"]}) == ("tax", {"red", "overdue"})


async def test_what_was_left_out_and_is_true_again_is_told(post: Any) -> None:
    """A late ticket goes to another unit before anybody is told, and comes back."""
    await post.tells("hrss", unit="hrss")
    await post.follow("24 11:00", lives.opened(), lives.dispatched(), lives.accepted("24 11:00"))
    await post.sweep("27 17:01")
    await post.follow("27 17:05", lives.dispatched("27 17:05", "tax", again=True))
    post.at("30 09:00")
    await post.tick()
    assert post.receiver.calls == []
    await post.follow("30 09:05", lives.dispatched("30 09:05", "hrss", again=True))
    await post.tick()
    [told] = [json.loads(one.body)["data"] for one in post.receiver.calls]
    assert {(one["clock"], one["light"]) for one in told["counts"]} == {("handle", "red"), ("contact", "overdue")}


async def test_nobody_to_tell_costs_no_row(post: Any) -> None:
    await post.tells("calm", lights=(Light.RED,))
    await post.act(lambda work: usecases.recipients.remove(work, "calm", "office/1"))
    await post.follow(TUESDAY, *waiting_for_acceptance(3))
    await post.sweep("26 09:00")
    assert await post.untold() == 0


async def test_silence_holds_back_and_what_is_still_true_comes_after_it(post: Any) -> None:
    await post.tells()
    await post.follow(TUESDAY, *waiting_for_acceptance(2), *waiting_for_acceptance(3, "tax", first=2000))
    post.at("25 17:30")
    made = await post.act(
        lambda work: usecases.recipients.silence(work, "hrss", lives.at("26 12:00"), "检修", "office/1")
    )
    await post.sweep("26 09:00")
    await post.tick()
    await post.follow("26 10:00", lives.accepted("26 10:00").model_copy(update={"ticket_id": UUID(int=1000)}))
    for when in ("26 11:59", "26 12:00"):
        post.at(when)
        await post.tick()
    told = [json.loads(one.body)["data"] for one in post.receiver.calls]
    assert [(one["clocks"], one["tickets"][0]["clocks"][0]["unit"]) for one in told] == [(3, "tax"), (1, "hrss")]
    with pytest.raises(Refused, match=r"silence\.unknown"):
        await post.act(lambda work: usecases.recipients.end_silence(work, made.silence_id, "office/1"))


async def test_the_whole_district_is_silent_until_that_is_ended(post: Any) -> None:
    await post.tells()
    await post.follow(TUESDAY, *waiting_for_acceptance(2))
    made = await post.act(
        lambda work: usecases.recipients.silence(work, None, lives.at("30 12:00"), "检修", "office/1")
    )
    await post.sweep("26 09:00")
    await post.tick()
    assert post.receiver.calls == []
    await post.act(lambda work: usecases.recipients.end_silence(work, made.silence_id, "office/2"))
    await post.tick()
    assert len(post.receiver.calls) == 1


@pytest.mark.parametrize("after", [timedelta(0), timedelta(days=30, seconds=1)])
async def test_a_silence_has_an_end_within_thirty_days(post: Any, after: timedelta) -> None:
    until = lives.at(TUESDAY) + after
    post.at(TUESDAY)
    with pytest.raises(Refused, match=r"silence\.period"):
        await post.act(lambda work: usecases.recipients.silence(work, None, until, "检修", "office/1"))


async def test_who_did_it_is_in_the_audit_trail(post: Any) -> None:
    who = Recipient("hrss-duty", RecipientKind.SMS, "duty-3", (Light.RED,), "hrss")
    await post.act(lambda work: usecases.recipients.add(work, who, "office/1"))
    with pytest.raises(Refused, match=r"recipient\.exists"):
        await post.act(lambda work: usecases.recipients.add(work, who, "office/2"))
    await post.act(lambda work: usecases.recipients.change(work, who._replace(address="duty-4"), "office/2"))
    await post.act(lambda work: usecases.recipients.remove(work, "hrss-duty", "office/3"))
    await post.act(lambda work: usecases.recipients.add(work, who, "office/4"))
    found = await post.rows("SELECT action, subject, purpose FROM audit ORDER BY position")
    assert [(row.action, row.subject, row.purpose) for row in found] == [
        ("recipient.add", "hrss-duty", "office/1"),
        ("recipient.change", "hrss-duty", "office/2"),
        ("recipient.remove", "hrss-duty", "office/3"),
        ("recipient.add", "hrss-duty", "office/4"),
    ]
