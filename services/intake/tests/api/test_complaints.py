"""The HTTP doors on the real servers."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx2
import pytest

from chassis import audit

Body = Callable[..., bytes]
Post = Callable[..., Awaitable[httpx2.Response]]
Refused = Callable[[httpx2.Response], str]


async def test_a_complaint_is_registered_and_answered_the_same_again(post: Post, body: Body, unique: str) -> None:
    first = await post(body(source_id=unique))
    again = await post(body(source_id=unique))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert "ratelimit" in first.headers
    assert first.json().keys() == {"source_id", "complaint_id", "receipt", "secret", "registered_at"}


async def test_the_same_json_written_otherwise_is_the_same_complaint(post: Post, body: Body, unique: str) -> None:
    said = body(source_id=unique)
    otherwise = json.dumps(dict(reversed(json.loads(said).items())), indent=2).encode()
    assert (await post(said)).json() == (await post(otherwise)).json()


async def test_another_body_under_a_known_source_id_is_refused(
    post: Post, body: Body, unique: str, refused: Refused
) -> None:
    await post(body(source_id=unique))
    assert refused(await post(body(source_id=unique, text="另一件事"))) == "complaint.different-body"


async def test_the_same_source_id_of_two_channels_is_two_complaints(post: Post, body: Body, unique: str) -> None:
    answers = [await post(body(source_id=unique), channel) for channel in ("window", "kiosk")]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["complaint_id"] != answers[1].json()["complaint_id"]


async def test_said_twenty_times_at_once_it_is_registered_once(
    post: Post, body: Body, unique: str, intake: Any
) -> None:
    answers = await asyncio.gather(*(post(body(source_id=unique)) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["secret"] for answer in answers}) == 1
    assert await intake.count("complaint WHERE source_id = :said", said=unique) == 1


async def test_each_hostile_body_is_refused_by_name_and_not_repeated(
    post: Post, hostile: Any, refused: Refused
) -> None:
    answer = await post(hostile.body)
    assert refused(answer) == hostile.code
    assert not any(
        said in answer.text for said in ("上官种苗", "13912345678", "31023019800303001X", "urgent", "address")
    )


async def test_two_mebibytes_are_too_large(post: Post, body: Body, refused: Refused) -> None:
    assert refused(await post(body(text="话" * (2**21 // 3)))) == "request.too-large"


async def test_only_json_is_taken(post: Post, body: Body, refused: Refused) -> None:
    assert refused(await post(body(), **{"content-type": "text/plain"})) == "request.media-type"


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ({}, "credential.missing"),
        ({"authorization": "Bearer stolen"}, "credential.wrong"),
        ({"authorization": "Basic d2luZG93Og=="}, "credential.wrong"),
        ("unit.hrss", "principal.not-allowed"),
        ("centre", "principal.not-allowed"),
        ("channel.fax", "principal.not-allowed"),
    ],
)
async def test_only_a_channel_submits(authorization: Any, code: str, body: Body, intake: Any, refused: Refused) -> None:
    said_by = intake.credential(authorization) if isinstance(authorization, str) else authorization
    headers = {"content-type": "application/json"} | said_by
    assert refused(await intake.client.post("/v1/complaints", content=body(), headers=headers)) == code


async def test_an_idempotency_key_is_for_one_complaint(post: Post, body: Body, unique: str, refused: Refused) -> None:
    key = {"idempotency-key": f"key-{unique}"}
    first, again = [await post(body(source_id=unique), **key) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert refused(await post(body(source_id=unique + "b"), **key)) == "idempotency-key.reused"
    assert refused(await post(body(source_id=unique), **{"idempotency-key": "a b"})) == "idempotency-key.malformed"


async def test_online_nothing_is_solved_on_the_spot(post: Post, body: Body, unique: str, refused: Refused) -> None:
    said = body(source_id=unique, solved={"reply": "已办", "cause": "other"})
    answer = await post(said, "city-exit")
    assert refused(answer) == "complaint.invalid"
    assert answer.json()["errors"] == [{"path": "solved", "kind": "not-at-this-channel"}]
    assert (await post(said, "kiosk")).status_code == 201


async def test_unknown_and_odd_codes_are_no_error(post: Post, body: Body, unique: str, intake: Any) -> None:
    answer = await post(body(source_id=unique, matter_code="不知道", place_code="330102000000"))
    assert answer.status_code == 201
    [row] = await intake.rows("SELECT matter_code, place_code FROM complaint WHERE source_id = :said", said=unique)
    assert tuple(row) == (None, "330102000000")


async def test_receipts_are_given_for_a_channel_s_own(post: Post, body: Body, unique: str, intake: Any) -> None:
    mine = (await post(body(source_id=unique))).json()
    await post(body(source_id=unique + "k"), "kiosk")
    asked = [("source_id", said) for said in (unique, unique + "k", "unknown")]
    answer = await intake.client.get("/v1/receipts", params=asked, headers=intake.credential("channel.window"))
    assert answer.json() == [mine]


@pytest.mark.parametrize("asked", [[], ["x"] * 101, ["a b"], ["x" * 129], [""]])
async def test_odd_questions_for_receipts_are_refused(asked: list[str], intake: Any, refused: Refused) -> None:
    params = [("source_id", one) for one in asked]
    answer = await intake.client.get("/v1/receipts", params=params, headers=intake.credential("channel.window"))
    assert refused(answer) == "request.invalid"


async def test_one_complaint_is_shown_for_a_purpose_and_that_is_written_down(
    post: Post, body: Body, unique: str, intake: Any
) -> None:
    registered = (await post(body(source_id=unique))).json()
    path = f"/v1/complaints/{registered['complaint_id']}"
    answer = await intake.client.get(path, params={"purpose": "revisit"}, headers=intake.credential("service.revisit"))
    seen = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert (seen["receipt"], seen["channel"]) == (registered["receipt"], "window")
    assert seen["content"]["reporter"]["phone"] == "+8613912345678"
    [row] = await intake.rows(
        "SELECT principal, action, purpose FROM audit WHERE subject = :said", said=registered["complaint_id"]
    )
    assert tuple(row) == ("service.revisit", "complaint.read", "revisit")
    async with intake.database.transaction() as session:
        assert (await audit.verify(session)).holds


@pytest.mark.parametrize("purpose", [{}, {"purpose": ""}, {"purpose": "curiosity"}])
async def test_without_a_purpose_nobody_looks(
    purpose: dict[str, str], post: Post, body: Body, intake: Any, refused: Refused
) -> None:
    registered = (await post(body())).json()
    path = f"/v1/complaints/{registered['complaint_id']}"
    answer = await intake.client.get(path, params=purpose, headers=intake.credential("centre"))
    assert refused(answer) == "purpose.missing"


@pytest.mark.parametrize("who", ["channel.window", "unit.hrss"])
async def test_channels_and_units_that_take_no_part_do_not_look(who: str, intake: Any, refused: Refused) -> None:
    path = f"/v1/complaints/{UUID(int=7)}"
    answer = await intake.client.get(path, params={"purpose": "handling"}, headers=intake.credential(who))
    assert refused(answer) == "principal.not-allowed"


async def test_an_unknown_complaint_is_not_found(intake: Any, refused: Refused) -> None:
    path = f"/v1/complaints/{UUID(int=7)}"
    answer = await intake.client.get(path, params={"purpose": "handling"}, headers=intake.credential("centre"))
    assert refused(answer) == "complaint.unknown"


async def test_what_was_received_and_the_secret_are_kept_but_not_in_the_open(
    post: Post, body: Body, unique: str, intake: Any
) -> None:
    said = body(source_id=unique)
    secret = (await post(said)).json()["secret"]
    [row] = await intake.rows("SELECT * FROM complaint WHERE source_id = :said", said=unique)
    opened = intake.opened(row, "raw")
    assert opened == said
    assert secret.encode() not in b"".join(bytes(one) for one in row if isinstance(one, bytes | memoryview))


async def test_the_form_is_described(intake: Any) -> None:
    described = (await intake.client.get("/openapi.json")).json()
    said = described["paths"]["/v1/complaints"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert said["required"] == ["source_id", "submitted_at", "reporter", "subject", "text"]
    assert said["additionalProperties"] is False
    assert "$ref" not in json.dumps(said)


async def test_the_table_has_nothing_personal_in_the_open(post: Post, body: Body, unique: str, intake: Any) -> None:
    await post(body(source_id=unique))
    for table in ("complaint", "log", "parked", "audit", "idempotency", "inbox"):
        written = await intake.dumped(table)
        planted = ("上官种苗", "13912345678", "31023019800303001", "窗口说系统里查不到")
        assert not any(said in written or said.encode().hex() in written for said in planted), table
