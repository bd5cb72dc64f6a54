"""Facts that did not come by the topic are followed from dispatch's log: on the real PostgreSQL, over real HTTP."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis import db
from chassis.consumer import Message
from chassis.failures import passes
from chassis.gaps import Log, NotReached
from chassis.testing import lives, until
from chassis.work import Cause
from contracts.base import Fact
from contracts.vocabulary import Complexity
from sla_monitor import usecases

OPENED, DISPATCHED, ACCEPTED, FINISHED = range(4)
TOLD = 7
"""Facts that clocks tell of such a life."""


def of(number: int, *facts: Fact) -> list[Fact]:
    """The facts as those of another ticket."""
    return [
        one.model_copy(update={"ticket_id": UUID(int=number), "complaint_id": UUID(int=number + 1_000_000)})
        for one in facts
    ]


def life(number: int) -> list[Fact]:
    """Opened, dispatched, accepted too late, finished in time."""
    return of(number, lives.opened(), lives.dispatched(), lives.accepted("26 10:00"), lives.finished("27 10:00"))


async def take(desk: Any, messages: Sequence[Message]) -> None:
    """A batch comes by the topic."""
    await desk.running.takers[0].take(messages)


async def told(desk: Any, number: int) -> list[tuple[Any, ...]]:
    """What was told of a ticket on `clocks`, but for its ids: type, instants, verdicts, and what it follows from."""
    found = await desk.rows(
        """
        SELECT type, correlation, causation, convert_from(body, 'UTF8')::jsonb - 'ticket_id' - 'complaint_id' AS body
        FROM log WHERE topic = 'clocks' AND key = :key ORDER BY sequence
        """,
        key=str(UUID(int=number)),
    )
    return [tuple(row) for row in found]


async def parked(desk: Any) -> list[tuple[str, int]]:
    """The codes and places of what is parked, in order."""
    return [(row.code, row.offset) for row in await desk.rows('SELECT code, "offset" FROM parked ORDER BY n')]


@pytest.fixture
async def late_desk(desk: Any) -> Any:
    """The desk when everything has happened."""
    desk.clock.set(lives.at("27 12:00"))
    return desk


def without_causes(said: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """What was told, whatever it followed from."""
    return [(type_, body) for type_, _, _, body in said]


@pytest.mark.parametrize(
    "held_back",
    [[OPENED], [DISPATCHED], [ACCEPTED], [OPENED, DISPATCHED, ACCEPTED], [OPENED, ACCEPTED], [DISPATCHED, ACCEPTED]],
)
async def test_what_did_not_come_is_followed_as_if_it_had(late_desk: Any, dispatch: Any, held_back: list[int]) -> None:
    await dispatch.tell(*life(1), *life(2))
    complete, whole = await dispatch.sent(UUID(int=1)), await dispatch.sent(UUID(int=2))
    async with dispatch.open():
        await take(late_desk, whole)
        await take(late_desk, [one for place, one in enumerate(complete) if place not in held_back])
    first, second = await told(late_desk, 1), await told(late_desk, 2)
    assert len(first) == TOLD
    assert without_causes(first) == without_causes(second)
    assert causes(first) == [(of_fact(complete[place]), str(UUID(int=1))) for place in (1, 2, 2, 2, 2, 3, 3)]
    await take(late_desk, complete)
    assert await told(late_desk, 1) == first
    assert await parked(late_desk) == []


def causes(said: Sequence[tuple[Any, ...]]) -> list[tuple[str, str]]:
    """Of each that was told its cause and what it belongs to."""
    return [(causation, correlation) for _, correlation, causation, _ in said]


def of_fact(message: Message) -> str:
    """The id of the fact in a message."""
    return (dict(message.headers)["ce_id"] or b"").decode()


async def test_many_tickets_lack_something_at_once(late_desk: Any, dispatch: Any) -> None:
    numbers = range(1, 152)
    await dispatch.tell(*(fact for number in numbers for fact in life(number)))
    batch = [
        message
        for number in numbers
        for place, message in enumerate(await dispatch.sent(UUID(int=number)))
        if place != number % 4 or place == FINISHED
    ]
    async with dispatch.open():
        await take(late_desk, batch)
    first = without_causes(await told(late_desk, 1))
    assert len(first) == TOLD
    for number in numbers:
        assert without_causes(await told(late_desk, number)) == first


async def test_more_is_missing_than_a_page_holds(late_desk: Any, dispatch: Any) -> None:
    opened, sent, taken, finished = life(1)
    sought = of(1, *([lives.contacted("26 10:30", reached=False)] * 1_100))
    await dispatch.tell(opened, sent, taken, *sought, finished)
    async with dispatch.open():
        await take(late_desk, (await dispatch.sent(UUID(int=1)))[-1:])
    assert (await told(late_desk, 1))[-1][0] == "clock.stopped.v1"
    [row] = await late_desk.rows("SELECT followed FROM ticket")
    assert row.followed == 1_104
    assert await parked(late_desk) == []


async def test_what_nobody_has_is_parked_and_the_rest_goes_on(late_desk: Any, dispatch: Any) -> None:
    await dispatch.tell(*life(1), *life(2))
    first, second = await dispatch.sent(UUID(int=1)), await dispatch.sent(UUID(int=2))
    await dispatch.harness.rows(
        "DELETE FROM log WHERE topic = 'tickets' AND key = :key AND sequence = 2", key=str(UUID(int=1))
    )
    async with dispatch.open():
        await take(late_desk, [first[OPENED], first[ACCEPTED], first[FINISHED], *second])
    assert await parked(late_desk) == [
        ("fact.gap", first[ACCEPTED].offset),
        ("fact.behind-parked", first[FINISHED].offset),
    ]
    assert await told(late_desk, 1) == []
    assert len(await told(late_desk, 2)) == TOLD


@pytest.mark.parametrize(
    ("change", "code"),
    [("type = 'ticket.dispatched.v99'", "fact.unknown-type"), ("body = '{}'", "fact.unreadable")],
)
async def test_what_this_version_cannot_read_is_no_reason_to_leave_it_out(
    late_desk: Any, dispatch: Any, change: str, code: str
) -> None:
    await dispatch.tell(*life(1), *life(2))
    first, second = await dispatch.sent(UUID(int=1)), await dispatch.sent(UUID(int=2))
    await dispatch.harness.rows(f"UPDATE log SET {change} WHERE key = :key AND sequence = 2", key=str(UUID(int=1)))
    async with dispatch.open():
        await take(late_desk, [first[OPENED], first[ACCEPTED], *second])
    assert await parked(late_desk) == [(code, first[ACCEPTED].offset)]
    assert await told(late_desk, 1) == []
    assert len(await told(late_desk, 2)) == TOLD


async def test_an_owner_that_is_away_is_waited_for(late_desk: Any, dispatch: Any, capsys: Any) -> None:
    await dispatch.tell(*life(1))
    complete = await dispatch.sent(UUID(int=1))
    said: list[str] = []

    async def waits() -> bool:
        said.append(capsys.readouterr().err)
        return "consumer.waits" in "".join(said) and "NotReached" in "".join(said)

    taking = asyncio.create_task(take(late_desk, [complete[OPENED], complete[FINISHED]]))
    await until(waits)
    assert not taking.done()
    assert await parked(late_desk) == []
    async with dispatch.open():
        await taking
    assert len(await told(late_desk, 1)) == TOLD
    assert await parked(late_desk) == []


async def follow(desk: Any, fact: Any, sequence: int) -> None:
    """A fact comes alone, with its number."""
    async with desk.running.work({id(fact): Cause(sequence=sequence)}) as work:
        await usecases.follow(work, [fact])


async def test_an_owner_that_does_not_know_us_is_waited_for(late_desk: Any, dispatch: Any) -> None:
    await dispatch.tell(*life(1))
    said = dispatch.harness.settings.model_dump() | {"keys": {}}
    dispatch.harness.settings = dispatch.harness.service.settings.model_validate(said)
    async with dispatch.open():
        with pytest.raises(NotReached) as failed:
            await follow(late_desk, life(1)[ACCEPTED], 3)
    assert passes(failed.value)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{",
        b"HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n",
        b"nothing of the kind",
    ],
)
async def test_somebody_else_at_the_address_is_waited_for(late_desk: Any, dispatch_port: int, answer: bytes) -> None:
    async def answers(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(answers, "127.0.0.1", dispatch_port):
        with pytest.raises(NotReached) as failed:
            await follow(late_desk, life(1)[ACCEPTED], 3)
    assert passes(failed.value)


async def test_while_an_owner_says_nothing_nobody_waits_for_the_ticket(late_desk: Any, dispatch_port: int) -> None:
    await follow(late_desk, life(1)[OPENED], 1)
    asked = asyncio.Event()

    async def says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(says_nothing, "127.0.0.1", dispatch_port):
        following = asyncio.create_task(follow(late_desk, life(1)[ACCEPTED], 3))
        await asked.wait()
        async with late_desk.running.database.transaction() as session:
            assert len(await db.rows(session, "SELECT FROM ticket FOR UPDATE NOWAIT")) == 1
        with pytest.raises(NotReached):
            await following


async def test_what_somebody_else_followed_meanwhile_is_passed_over(late_desk: Any, dispatch: Any) -> None:
    await dispatch.tell(*life(1))
    complete = await dispatch.sent(UUID(int=1))
    logs = late_desk.running.kit.logs

    class Slow(Log):
        async def missing(self, gaps: Any) -> Any:
            found = await logs["tickets"].missing(gaps)
            await _others(late_desk, life(1)[:3])
            return found

    object.__setattr__(late_desk.running.kit, "logs", logs | {"tickets": Slow("tickets", "http://127.0.0.1:1", "-")})
    async with dispatch.open():
        await take(late_desk, complete[FINISHED:])
    assert len(await told(late_desk, 1)) == TOLD
    assert await parked(late_desk) == []


async def _others(desk: Any, facts: Sequence[Any]) -> None:
    """Another instance follows the ticket's first facts."""
    async with desk.running.work({id(one): Cause(sequence=number) for number, one in enumerate(facts, 1)}) as work:
        await usecases.follow(work, facts)


async def test_what_is_said_to_happen_later_is_parked_until_it_has(desk: Any, dispatch: Any) -> None:
    sooner = of(2, lives.opened(), lives.dispatched())
    await dispatch.tell(*life(1), *sooner)
    early, ok = await dispatch.sent(UUID(int=1)), await dispatch.sent(UUID(int=2))
    desk.clock.set(lives.at("26 10:00") - timedelta(minutes=5, seconds=1))
    async with dispatch.open():
        await take(desk, [*early[:3], *ok])
        assert await parked(desk) == [("fact.from-future", early[ACCEPTED].offset)]
        assert len(await told(desk, 1)) == 1
        await take(desk, early[FINISHED:])
        assert (await parked(desk))[1:] == [("fact.behind-parked", early[FINISHED].offset)]
        assert len(await told(desk, 2)) == 1
        desk.clock.set(lives.at("27 10:00"))
        await desk.rows("UPDATE parked SET state = 'retry'")
        while await desk.running.takers[0].put_back():
            pass
    assert len(await told(desk, 1)) == TOLD


async def test_what_is_missing_may_not_happen_later_either(desk: Any, dispatch: Any) -> None:
    later, now = lives.dispatched("25 10:00"), lives.classified("24 11:00", Complexity.SIMPLE, Complexity.GENERAL)
    await dispatch.tell(*of(1, lives.opened(), later, now))
    complete = await dispatch.sent(UUID(int=1))
    desk.clock.set(lives.at("24 12:00"))
    async with dispatch.open():
        await take(desk, [complete[0], complete[2]])
    assert await parked(desk) == [("fact.from-future", complete[2].offset)]
    assert await told(desk, 1) == []
