"""The city's ledger is compared with ours, and what the city forgot comes again under its number, and nothing else."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from chassis.cli.failure import Unable
from contracts.vocabulary import FeedbackWay
from portal_bridge import jobs
from portal_bridge.cli import app
from portal_bridge.domain import Difference, Discord, Passed
from portal_bridge.usecases import NotReached, Said, comparing

KEY = "SH20261124000017"
BY = ("--by", "centre/07", "--reason", "对账")


async def compared(desk: Any) -> list[Difference]:
    async with desk.harness.work() as work:
        taken = await comparing.taken(work)
    entries = await comparing.read(desk.harness.running.kit)
    async with desk.harness.work() as work:
        return await comparing.compare(work, taken, entries)


async def send_again(desk: Any, forgotten: Sequence[Passed]) -> list[Any]:
    async with desk.harness.work() as work:
        return list(await comparing.send_again(work, forgotten, "centre/07", "对账"))


async def replied(desk: Any, times: int) -> None:
    for _ in range(times):
        await desk.run(jobs.reply)


async def test_two_ledgers_that_agree(desk: Any, item: Any, beside: Any, life: Any) -> None:
    await desk.registered()
    await desk.take(Said(FeedbackWay.PULL, item(key="REFUSED", area="320100")))
    await desk.follow(*life())
    beside.enter("item", KEY, None, item())
    beside.enter("item", "REFUSED", None, item(key="REFUSED", area="320100"))
    await replied(desk, 2)
    assert len(beside.ledger) == 4
    assert await compared(desk) == []


async def test_every_difference_is_named(desk: Any, item: Any, beside: Any, life: Any) -> None:
    await desk.registered()
    await desk.follow(*life())
    beside.forgets = True
    await replied(desk, 2)
    beside.enter("item", KEY, None, item(rating=2))
    beside.enter("item", "K2", None, item(key="K2"))
    beside.enter("reply", KEY, 1, {"kind": "accepted"})
    beside.enter("reply", KEY, 7, {"kind": "result"})
    assert await compared(desk) == [
        Difference(Discord.ITEM_UNKNOWN, "K2", None),
        Difference(Discord.ITEM_DIFFERENT, KEY, None),
        Difference(Discord.REPLY_DIFFERENT, KEY, 1),
        Difference(Discord.REPLY_FORGOTTEN, KEY, 2),
        Difference(Discord.REPLY_UNKNOWN, KEY, 7),
    ]


async def test_what_was_not_settled_before_a_kill_is_no_difference(
    desk: Any, item: Any, beside: Any, life: Any
) -> None:
    await desk.registered()
    await desk.follow(*life())
    beside.enter("item", KEY, None, item())
    async with desk.harness.work() as work:
        [load] = await jobs.reply.claim(work, 1)
    await jobs.reply.carry_out(desk.harness.running.kit, load)
    assert [one["reply"] for one in beside.ledger] == [None, 1]
    assert await compared(desk) == []


async def test_what_was_forgotten_comes_again_with_its_number_and_body(desk: Any, beside: Any, life: Any) -> None:
    await desk.registered()
    opened, accepted, finished = life()
    later = finished.model_copy(update={"reply_id": UUID(int=90)})
    await desk.follow(opened, accepted, finished, later)
    beside.forgets = True
    await replied(desk, 1)
    beside.forgets = False
    await replied(desk, 2)
    forgotten = [Passed(KEY, 1)]
    assert [(one.what, one.city_key, one.reply) for one in await compared(desk) if one.reply] == [
        (Discord.REPLY_FORGOTTEN, KEY, 1)
    ]
    assert [one.number for one in await send_again(desk, forgotten)] == [1]
    assert await send_again(desk, forgotten) == [], "it is on its way"
    assert await _states(desk) == ["waiting", "taken", "taken"]
    await replied(desk, 3)
    assert [path for path, _ in beside.heard] == [f"{KEY}/{number}" for number in (1, 2, 3, 1)]
    assert beside.heard[0] == beside.heard[3]
    assert await _states(desk) == ["taken"] * 3
    assert [one for one in await compared(desk) if one.reply] == []
    told = [type_ for _, type_ in await desk.told() if type_.startswith("reply")]
    assert told == [*["reply.taken.v1"] * 3, "reply.corrected.v1", "reply.taken.v1"]
    [audited] = await desk.rows("SELECT principal, action, subject, purpose FROM audit")
    assert tuple(audited) == ("operator", "reply.send-again", f"{KEY}/1", "centre/07: 对账")
    await desk.follow(later.model_copy(update={"reply_id": UUID(int=91)}))
    await replied(desk, 1)
    assert beside.heard[-1][0] == f"{KEY}/4", "it goes on where it stood"


async def test_a_ledger_that_is_none_is_not_compared(desk: Any, beside: Any, item: Any) -> None:
    beside.enter("item", KEY, None, item())
    for wrong in ({"number": 0}, {"reply": 1}, {"digest": "?"}, {"key": None}):
        right, beside.ledger[0] = beside.ledger[0], beside.ledger[0] | wrong
        with pytest.raises(NotReached):
            await comparing.read(desk.harness.running.kit)
        beside.ledger[0] = right
    assert len(await comparing.read(desk.harness.running.kit)) == 1


def test_what_the_command_cannot_do_is_said_in_a_sentence(environment: dict[str, str]) -> None:
    agreed = {"BBCS_PORTAL_BRIDGE_CITY_URL": "http://127.0.0.1:1"}
    for arguments, more, sentence in (
        (("compare",), {}, "No city was agreed"),
        (("compare",), agreed, "cannot be read"),
        (("send-again", *BY), agreed, "cannot be read"),
        (("send-again", "--by", "office/07", "--reason", "x"), agreed, "--by is centre/NUMBER"),
    ):
        result = CliRunner().invoke(app, arguments, env=environment | more)
        assert isinstance(result.exception, Unable), result
        assert sentence in str(result.exception)


async def _states(desk: Any) -> list[str]:
    return [one["state"] for one in json.loads((await desk.get(f"/v1/replies/{KEY}")).content)]
