"""Replies get to the city once per key and number, in order, whatever it does; what it refuses waits for the centre."""

from typing import Any
from uuid import UUID

import pytest

from chassis.testing import lives
from contracts.directory import UnitListed
from contracts.vocabulary import UnitKind
from portal_bridge import jobs, usecases

KEY = "SH20261124000017"
SOON = "UPDATE addressee SET again_at = now()"
LINE_SOON = "UPDATE line SET rest_until = now()"


async def test_replies_are_sent_in_order_and_once(desk: Any, beside: Any, life: Any) -> None:
    async with desk.harness.work() as work:
        unit = UnitListed(
            code="hrss",
            name="人社局",
            kind=UnitKind.DEPARTMENT,
            credit_code="113101510000000785",
            version=1,
            listed_at=lives.at("24 09:00"),
        )
        await usecases.replying.list_units(work, [unit])
    await desk.follow(*life())
    assert await desk.run(jobs.reply) == 0, "nobody knows yet which item it was"
    await desk.registered()
    assert [await desk.run(jobs.reply) for _ in range(3)] == [1, 1, 0]
    assert [path for path, _ in beside.heard] == [f"{KEY}/1", f"{KEY}/2"]
    first, second = (said for _, said in beside.heard)
    assert (first["kind"], first["text"], first["unit_credit_code"]) == ("accepted", None, "113101510000000785")
    assert (second["kind"], second["text"], second["said_at"]) == ("result", beside.text, "2026-11-24T12:00:00+08:00")
    assert [type_ for _, type_ in await desk.told() if type_.startswith("reply")] == ["reply.taken.v1"] * 2


async def test_killed_after_it_was_sent_it_comes_again_under_its_number(desk: Any, beside: Any, life: Any) -> None:
    await desk.registered()
    await desk.follow(*life())
    async with desk.harness.work() as work:
        [load] = await jobs.reply.claim(work, 1)
    await jobs.reply.carry_out(desk.harness.running.kit, load)
    assert await desk.run(jobs.reply) == 0, "whoever claimed it may still be at it"
    await desk.rows(SOON)
    beside.status = 200
    for _ in range(2):
        await desk.run(jobs.reply)
    assert [path for path, _ in beside.heard] == [f"{KEY}/1", f"{KEY}/1", f"{KEY}/2"]
    assert beside.heard[0] == beside.heard[1]


async def test_a_city_that_is_down_is_asked_by_one_alone_and_nothing_is_lost(desk: Any, beside: Any, life: Any) -> None:
    for number in range(1, 6):
        await desk.registered(f"K{number}", UUID(int=number + 1))
        await desk.follow(*life(number))
    beside.down = True
    await desk.run(jobs.reply)
    assert beside.tried == 5
    await desk.rows(SOON)
    assert await desk.run(jobs.reply) == 0, "it is left alone"
    for _ in range(3):
        await desk.rows(SOON)
        await desk.rows(LINE_SOON)
        assert await desk.run(jobs.reply) == 1
    assert beside.tried == 8, "one at a time"
    [line] = await desk.rows("SELECT failures, rest_until - now() AS pause FROM line")
    assert (line.failures, 7 < line.pause.total_seconds() <= 8) == (4, True)
    beside.down = False
    await desk.rows(LINE_SOON)
    for _ in range(12):
        await desk.rows(SOON)
        await desk.run(jobs.reply)
    assert sorted(path for path, _ in beside.heard) == [f"K{key}/{number}" for key in range(1, 6) for number in (1, 2)]


@pytest.mark.parametrize(("status", "state"), [(422, "refused"), (404, "refused"), (409, "conflict")])
async def test_what_the_city_did_not_take_waits_for_the_centre_with_its_words(
    desk: Any, beside: Any, life: Any, act: Any, status: int, state: str
) -> None:
    await desk.registered()
    await desk.follow(*life())
    beside.status = status
    for _ in range(3):
        await desk.run(jobs.reply)
    assert beside.tried == 1, "what comes after waits behind it"
    [shown] = (await desk.get("/v1/replies", state=state)).json()
    assert (shown["city_key"], shown["number"], shown["status"], shown["state"]) == (KEY, 1, status, state)
    opened = (await desk.get(f"/v1/replies/{KEY}/1", purpose="handling")).json()
    assert opened["words"] == beside.words
    [audited] = await desk.rows("SELECT principal, action FROM audit")
    assert (audited.principal, audited.action) == ("centre", "reply.read")

    beside.status = 201
    text = str(UUID(int=77))
    answers = [await desk.post(f"/v1/replies/{KEY}/1/corrections", **act(text_id=text)) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].json()["text_ids"] == [text]
    for _ in range(2):
        await desk.run(jobs.reply)
    assert [path for path, _ in beside.heard] == [f"{KEY}/1", f"{KEY}/2"]
    assert beside.heard[0][1]["text"] == beside.text
    told = [type_ for _, type_ in await desk.told() if type_.startswith("reply")]
    assert told == ["reply.refused.v1", "reply.corrected.v1", "reply.taken.v1", "reply.taken.v1"]
    assert (await desk.get("/v1/replies", state=state)).json() == []
    assert [one["state"] for one in (await desk.get(f"/v1/replies/{KEY}")).json()] == ["taken", "taken"]


async def test_bad_corrections_are_refused(desk: Any, beside: Any, life: Any, act: Any) -> None:
    await desk.registered()
    await desk.follow(*life())
    address = f"/v1/replies/{KEY}/1/corrections"

    async def code(who: str = "centre", address: str = address, **said: Any) -> Any:
        return (await desk.post(address, who, **act(**said))).json()["code"]

    assert await code(address=f"/v1/replies/{KEY}/7/corrections") == "reply.unknown"
    assert await code() == "reply.not-refused"
    assert await code(who="unit.hrss") == "principal.not-allowed"
    beside.status = 422
    await desk.run(jobs.reply)
    assert (await desk.post(address, **act())).status_code == 200
    assert await code(text_id=str(UUID(int=3))) == "action.different-body"
    assert (await desk.get("/v1/replies", state="taken")).json()["code"] == "request.invalid"


async def test_while_intake_is_away_the_city_is_not_asked(desk: Any, beside: Any, life: Any) -> None:
    await desk.registered()
    await desk.follow(*life())
    await desk.run(jobs.reply)
    beside.mute = True
    await desk.run(jobs.reply)
    assert beside.tried == 1
    assert (await desk.rows("SELECT failures FROM line"))[0].failures == 0
    beside.mute = False
    await desk.rows(SOON)
    await desk.run(jobs.reply)
    assert [path for path, _ in beside.heard] == [f"{KEY}/1", f"{KEY}/2"]


async def test_a_text_that_intake_does_not_know_is_held_after_a_while_and_goes_when_it_is_put_right(
    desk: Any, beside: Any, life: Any, act: Any
) -> None:
    await desk.registered()
    await desk.follow(*life())
    await desk.run(jobs.reply)
    beside.unknown = "text.unknown"
    await desk.run(jobs.reply)
    for since, state in (("9 minutes", "waiting"), ("10 minutes", "held")):
        await desk.rows(f"{SOON}, textless_since = now() - interval '{since}'")
        await desk.run(jobs.reply)
        assert (await desk.get(f"/v1/replies/{KEY}")).json()[1]["state"] == state
    await desk.rows(SOON)
    assert await desk.run(jobs.reply) == 0, "it waits for the centre"
    [shown] = (await desk.get("/v1/replies", state="held")).json()
    assert (shown["number"], shown["code"], shown["state_name"]) == (2, "reply.text-unknown", "正文待核")
    beside.unknown = ""
    text = str(UUID(int=77))
    assert (await desk.post(f"/v1/replies/{KEY}/2/corrections", **act(text_id=text))).status_code == 200
    await desk.run(jobs.reply)
    assert [path for path, _ in beside.heard] == [f"{KEY}/1", f"{KEY}/2"]
    told = [type_ for _, type_ in await desk.told() if type_.startswith("reply")]
    assert told == ["reply.taken.v1", "reply.stopped.v1", "reply.corrected.v1", "reply.taken.v1"]


async def test_an_address_that_knows_nothing_is_not_intake_that_does_not_know_a_text(
    desk: Any, beside: Any, life: Any
) -> None:
    await desk.registered()
    await desk.follow(*life())
    await desk.run(jobs.reply)
    beside.unknown = "request.not-found"
    for _ in range(2):
        await desk.rows(f"{SOON}, textless_since = now() - interval '1 day'")
        await desk.run(jobs.reply)
    assert (await desk.get(f"/v1/replies/{KEY}")).json()[1]["state"] == "waiting"


async def test_a_text_that_is_not_known_keeps_no_other_reply_of_its_load(desk: Any, beside: Any, life: Any) -> None:
    for number in range(1, 31):
        await desk.registered(f"K{number}", UUID(int=number + 1))
        opened, accepted, finished = life(number)
        await desk.follow(opened, finished if number == 1 else accepted)
    beside.unknown = "text.unknown"
    await desk.run(jobs.reply)
    assert sorted(path for path, _ in beside.heard) == sorted(f"K{number}/1" for number in range(2, 31))


async def test_when_one_finds_nobody_the_rest_of_its_load_is_left_for_later(desk: Any, beside: Any, life: Any) -> None:
    for number in range(1, 31):
        await desk.registered(f"K{number}", UUID(int=number + 1))
        await desk.follow(*life(number))
    beside.status = 503
    await desk.run(jobs.reply)
    assert beside.tried <= 8
    [row] = await desk.rows("SELECT sum(failures) AS failed, count(*) AS many FROM addressee")
    assert (row.failed, row.many) == (beside.tried, 30)


async def test_nothing_of_a_text_stays_here(desk: Any, beside: Any, life: Any) -> None:
    await desk.registered()
    await desk.follow(*life())
    for _ in range(2):
        await desk.run(jobs.reply)
    assert len(beside.heard) == 2
    written = [
        str(tuple(row)) for table in ("reply", "addressee", "log") for row in await desk.rows(f"SELECT * FROM {table}")
    ]
    assert not [row for row in written if beside.text in row]
