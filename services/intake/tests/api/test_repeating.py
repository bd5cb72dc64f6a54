"""The same reporter, the same matter, the same place: found by blind indexes as it comes (rules 2.5, 7)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest

from contracts.base import read
from contracts.complaints import ComplaintLinked, ComplaintRegistered
from contracts.tickets import TicketDispatched, TicketLinked, TicketReopened

Body = Callable[..., bytes]
Post = Callable[..., Awaitable[httpx2.Response]]
Refused = Callable[[httpx2.Response], str]
Dispatched = Callable[..., TicketDispatched]
Say = Callable[..., Awaitable[UUID]]

OTHER_NUMBER = "310230198003030028"


@pytest.fixture
def say(post: Post, body: Body, unique: str) -> Say:
    """Registers a complaint of a reporter whom no other test has; its id."""
    said = 0

    async def registered(channel: str = "window", **changes: Any) -> UUID:
        nonlocal said
        said += 1
        someone = {"kind": "citizen", "name": f"上官{unique}", "phone": "13912345678"}
        sent = body(**{"source_id": f"{unique}-{said}", "reporter": someone} | changes)
        answer = await post(sent, channel)
        assert answer.status_code == 201, answer.text
        return UUID(answer.json()["complaint_id"])

    return registered


async def repeats(intake: Any, complaint_id: UUID) -> UUID | None:
    """What intake told that the complaint repeats."""

    async def look() -> Any:
        return await intake.told("complaints", str(complaint_id))

    [record, *_] = await intake.until(look)
    fact = read(record.headers, record.value).fact
    assert isinstance(fact, ComplaintRegistered)
    return fact.repeats


async def test_said_again_through_another_channel_it_says_which_one_it_repeats(say: Say, intake: Any) -> None:
    first, second, third = await say(), await say("city-exit"), await say("kiosk")
    assert [await repeats(intake, one) for one in (first, second, third)] == [None, first, second]


@pytest.mark.parametrize(
    "other",
    [
        {"matter_code": "310151000124"},
        {"matter_code": None},
        {"place_code": "310151101002"},
        {"place_code": None},
        {"reporter": {"kind": "citizen", "name": "上官别人", "phone": "13912345678"}},
        {"reporter": {"kind": "citizen", "name": "上官无话"}},
    ],
    ids=str,
)
async def test_about_something_else_or_by_somebody_else_it_repeats_nothing(
    say: Say, intake: Any, other: dict[str, Any]
) -> None:
    await say()
    assert await repeats(intake, await say(**other)) is None


async def test_who_gives_another_number_is_somebody_else(say: Say, intake: Any, unique: str) -> None:
    """Father and son share a phone, and sometimes a name."""
    named = {"kind": "citizen", "name": f"上官{unique}", "phone": "13912345678"}
    father, son = named | {"id_number": "31023019800303001X"}, named | {"id_number": OTHER_NUMBER}
    first, second = await say(reporter=father), await say(reporter=son)
    assert await repeats(intake, second) is None
    again = await say(reporter={"kind": "citizen", "name": "老上官", "id_number": "31023019800303001X"})
    assert await repeats(intake, again) == first


async def test_said_at_once_through_many_requests_each_repeats_another(say: Say, intake: Any) -> None:
    """One chain, whoever comes first: a row of the reporter's is waited for."""
    said = await asyncio.gather(*(say() for _ in range(8)))
    found = [await repeats(intake, one) for one in said]
    assert found.count(None) == 1
    assert len(set(found)) == len(said)


async def linked(intake: Any, complaint_id: UUID, to: UUID | None) -> None:
    """Waits until intake knows it."""

    async def look() -> bool:
        answer = await intake.client.get(
            f"/v1/complaints/{complaint_id}", params={"purpose": "handling"}, headers=intake.credential("centre")
        )
        return bool(answer.json()["linked_to"] == (str(to) if to else None))

    await intake.until(look)


def link(complaint_id: UUID, to: UUID, now: datetime) -> TicketLinked:
    said: dict[str, Any] = {"ticket_id": complaint_id, "complaint_id": complaint_id, "by": "channel.window"}
    return TicketLinked(**said, to=to, to_complaint_id=to, linked_at=now)


async def test_who_takes_part_in_a_complaint_sees_those_that_go_on_in_it(
    say: Say, dispatched: Dispatched, refused: Refused, intake: Any, now: datetime
) -> None:
    first, second, last = await say(), await say(), await say()
    asked = {"params": {"purpose": "handling"}, "headers": intake.credential("unit.hrss")}
    assert refused(await intake.client.get(f"/v1/complaints/{second}", **asked)) == "principal.not-allowed"
    await intake.tell(dispatched(last, "hrss"), link(second, first, now), link(first, last, now))
    await linked(intake, second, last)
    await linked(intake, first, last)
    seen = await intake.until(lambda: _seen(intake, second, asked))
    assert seen["linked_to"] == str(last)
    [lead] = [await intake.client.get(f"/v1/complaints/{last}", **asked)]
    assert sorted(lead.json()["linked"]) == sorted(map(str, (first, second)))
    reopened = TicketReopened(
        ticket_id=second, complaint_id=second, unit=None, round=2, reopened_at=now, by="centre/0007"
    )
    await intake.tell(reopened)
    await linked(intake, second, None)
    assert refused(await intake.client.get(f"/v1/complaints/{second}", **asked)) == "principal.not-allowed"


async def _seen(intake: Any, complaint_id: UUID, asked: dict[str, Any]) -> Any:
    answer = await intake.client.get(f"/v1/complaints/{complaint_id}", **asked)
    return answer.json() if answer.status_code == 200 else None


async def test_a_link_is_told_of_the_complaint_once(say: Say, intake: Any, now: datetime) -> None:
    first, second = await say(), await say()
    await intake.tell(link(second, first, now))

    async def look() -> Any:
        return (await intake.told("complaints", str(second)))[1:]

    [told] = await intake.until(look)
    fact = read(told.headers, told.value).fact
    assert fact == ComplaintLinked(complaint_id=second, to_complaint_id=first, linked_at=now)


async def test_near_ones_are_shown_to_the_centre_with_the_reason_and_written_down(
    say: Say, refused: Refused, intake: Any
) -> None:
    first, around = await say(), await say(place_code="310151101000")
    await say(place_code="310151102000")
    unnamed = await say(matter_code=None)
    path, asked = f"/v1/complaints/{unnamed}/near", {"purpose": "handling"}
    answer = await intake.client.get(path, params=asked, headers=intake.credential("centre"))
    assert [(one["complaint_id"], one["matter"], one["place"]) for one in answer.json()] == [
        (str(first), "missing", "same"),
        (str(around), "missing", "around"),
    ]
    assert {one["known_by"] for one in answer.json()} == {"phone-and-name"}
    [row] = await intake.rows("SELECT action, purpose FROM audit WHERE subject = :id", id=str(unnamed))
    assert tuple(row) == ("complaint.near", "handling")
    assert refused(await intake.client.get(path, params=asked, headers=intake.credential("unit.hrss"))) == (
        "principal.not-allowed"
    )
    assert refused(await intake.client.get(path, headers=intake.credential("centre"))) == "purpose.missing"


async def test_nobody_can_look_for_a_person_in_what_is_stored(say: Say, intake: Any, unique: str) -> None:
    await say()
    dumped = await intake.dumped("saying")
    assert "13912345678" not in dumped
    assert f"上官{unique}" not in dumped
