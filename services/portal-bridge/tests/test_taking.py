"""What the city sends is taken once, whatever way it comes and however often, and refused by name (rules 2.7)."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from chassis.signatures import Key
from contracts.vocabulary import FeedbackWay
from portal_bridge.usecases import Said

PERSONAL = ("上官种苗", "13912345678", "上传照片七次都说不清晰", "材料上传后无法提交")
KEY = "SH20261124000017"


def answers(response: Any) -> list[tuple[str | None, str, str | None]]:
    """Keys, answers and codes of what was answered."""
    assert response.status_code == 200, response.text
    return [(one["key"], one["answer"], one["code"]) for one in response.json()["answers"]]


async def test_said_again_by_whatever_way_it_is_the_same_and_told_once(desk: Any, item: Any) -> None:
    assert answers(await desk.push(item(), item())) == [(KEY, "accepted", None), (KEY, "same", None)]
    for way in FeedbackWay:
        [again] = await desk.take(Said(way, item()))
        assert again.answer == "same"
    turned = dict(reversed(list(item().items())))
    assert answers(await desk.push(turned)) == [(KEY, "same", None)]
    assert await desk.told() == [(KEY, "feedback.received.v1")]


async def test_eight_at_once_are_one(desk: Any, item: Any) -> None:
    said = await asyncio.gather(*(desk.push(item(), item(key="B")) for _ in range(8)))
    assert sorted(one[1] for response in said for one in answers(response)) == ["accepted"] * 2 + ["same"] * 14
    assert sorted(await desk.told()) == [("B", "feedback.received.v1"), (KEY, "feedback.received.v1")]


async def test_another_body_is_refused_and_kept_and_the_first_one_stays(desk: Any, item: Any) -> None:
    await desk.push(item())
    for _ in range(2):
        assert answers(await desk.push(item(rating=2), item())) == [
            (KEY, "refused", "city.different-body"),
            (KEY, "same", None),
        ]
    assert answers(await desk.push(item(key="B"), item(key="B", rating=2))) == [
        ("B", "accepted", None),
        ("B", "refused", "city.different-body"),
    ]
    [row] = await desk.rows("SELECT rating FROM feedback WHERE city_key = :key", key=KEY)
    assert row.rating == 1
    shown = (await desk.get("/v1/feedback/refusals")).json()
    assert [(one["city_key"], one["code"]) for one in shown] == [
        (KEY, "city.different-body"),
        ("B", "city.different-body"),
    ]


async def test_each_item_is_judged_by_itself_and_refused_in_words(desk: Any, item: Any) -> None:
    said = [
        item(),
        item(key="B", area="310115"),
        7,
        item(key="C", text="长" * 30_000),
        item(key="D", matter_code="沪-0312"),
    ]
    response = await desk.push(*said)
    assert answers(response) == [
        (KEY, "accepted", None),
        ("B", "refused", "city.area-unknown"),
        (None, "refused", "city.invalid"),
        ("C", "refused", "city.invalid"),
        ("D", "accepted", None),
    ]
    refused = response.json()["answers"][1]
    assert (refused["title"], refused["errors"]) == ("不是本区的行政区划代码", [{"path": "area", "kind": "area"}])
    assert answers(await desk.push(item(key="B"))) == [("B", "accepted", None)]


async def test_both_times_are_kept_and_told(desk: Any, item: Any, instant: Any) -> None:
    await desk.push(item())
    [row] = await desk.rows("SELECT received_at, entered_at FROM feedback")
    assert (row.received_at, row.entered_at) == (instant, desk.harness.clock.now())
    [told] = await desk.rows("SELECT body FROM log")
    fact = json.loads(bytes(told.body))
    assert (fact["received_at"], fact["entered_at"]) == ("2026-11-24T01:12:43.000Z", "2026-11-24T02:00:00.000Z")


async def test_a_correction_and_a_second_rating_are_facts_of_their_own(desk: Any, item: Any) -> None:
    await desk.push(item(key="C", corrects=KEY), item(key="S", assess_number=2, rating=5), item())
    found = await desk.rows("SELECT city_key, state FROM feedback ORDER BY number")
    assert {(row.city_key, row.state) for row in found} == {("C", "waiting"), ("S", "waiting"), (KEY, "accepted")}
    assert [key for key, _ in await desk.told()] == ["C", "S", KEY]


async def test_nobodys_words_stand_in_the_open(desk: Any, item: Any) -> None:
    await desk.push(item(), item(key="W", rating=4), item(key="R", area="310115"), item(key="N", pf=7))
    found = ""
    for table in ("feedback", "refusal", "log"):
        found += str([dict(row) for row in await desk.rows(f"SELECT * FROM {table}")])
        stored = await desk.rows(f"SELECT CAST(t AS text) AS t FROM {table} AS t")
        found += str([bytes.fromhex(part) for row in stored for part in _hex(row.t)])
    assert not [said for said in PERSONAL if said in found or str(said.encode())[2:-1] in found]
    [counted] = await desk.rows("SELECT parcel FROM feedback WHERE city_key = 'N'")
    assert counted.parcel is None


def _hex(written: str) -> list[str]:
    return [part.split('"')[0].split(",")[0] for part in written.split("\\x")[1:]]


async def test_the_city_asks_what_became_of_items(desk: Any, item: Any) -> None:
    await desk.push(item(), item(key="B", area="310115"), item(key="B", pf=9))
    await desk.push(item(key="B", pf=9))
    found = await desk.asked(KEY, "never", "B")
    assert [(one["key"], one["answer"], one["code"]) for one in found] == [
        (KEY, "accepted", None),
        ("B", "refused", "city.invalid"),
    ]


async def test_who_does_not_sign_as_agreed_is_not_heard(desk: Any, item: Any, former_key: Key) -> None:
    body = json.dumps({"items": [item()]}).encode()
    said = {
        "signature.expired": [
            await desk.push(item(), late=timedelta(days=1)),
            await desk.push(item(), late=-timedelta(minutes=6)),
        ],
        "signature.wrong": [
            await desk.push(item(), key=Key("city-2", b"x" * 32)),
            await desk.push(item(), key=Key("district-1", b"d" * 32)),
            await desk.send(body, **{"content-digest": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"}),
        ],
        "signature.missing": [await desk.client.post("/v1/city/feedback", content=body)],
    }
    for code, responses in said.items():
        assert {(one.status_code, one.json()["code"]) for one in responses} == {(401, code)}
    assert await desk.told() == []
    assert answers(await desk.push(item(), key=former_key)) == [(KEY, "accepted", None)]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "request.not-json"),
        (b'{"items": [], "items": []}', 400, "request.not-json"),
        (b'{"items": []}', 422, "request.invalid"),
        (b'{"items": [1], "more": 1}', 422, "request.invalid"),
        (json.dumps({"items": [1] * 501}).encode(), 422, "request.invalid"),
        (b" " * (4 * 1024 * 1024 + 1), 413, "request.too-large"),
    ],
)
async def test_a_request_that_is_none_is_refused_as_a_whole(desk: Any, body: bytes, status: int, code: str) -> None:
    response = await desk.send(body)
    assert (response.status_code, response.json()["code"]) == (status, code)


async def test_only_json_is_read(desk: Any) -> None:
    response = await desk.send(b'{"items": [1]}', **{"content-type": "text/plain"})
    assert (response.status_code, response.json()["code"]) == (415, "request.media-type")
