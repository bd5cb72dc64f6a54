"""What needs a person waits for the centre, which accepts or dismisses it once; and what is no complaint is counted."""

import asyncio
from typing import Any

from contracts.vocabulary import FeedbackWay
from portal_bridge.usecases import Said

SINCE = {"since": "2026-11-24T00:00:00+08:00", "until": "2026-11-25T00:00:00+08:00"}


async def waiting(desk: Any, item: Any, *keys: str) -> None:
    """These wait for the centre."""
    await desk.take(*(Said(FeedbackWay.PUSH, item(key=key, rating=4)) for key in keys))


async def test_what_waits_is_listed_page_by_page(desk: Any, item: Any) -> None:
    await waiting(desk, item, "A", "B", "C")
    first = await desk.get("/v1/feedback", limit=2)
    assert [one["city_key"] for one in first.json()] == ["A", "B"]
    rest = await desk.get(first.links["next"]["url"])
    assert [(one["city_key"], one["state_name"], one["reason_name"]) for one in rest.json()] == [
        ("C", "待中心确认", "满意，但有意见")
    ]
    assert (await desk.get("/v1/feedback", after="never")).json()["code"] == "feedback.unknown"


async def test_accepted_once_it_goes_on_to_intake(desk: Any, item: Any, act: Any) -> None:
    await waiting(desk, item, "A")
    said = await asyncio.gather(*(desk.post("/v1/feedback/A/acceptances", **act()) for _ in range(4)))
    assert {(one.status_code, one.json()["state"], one.json()["settled_by"]) for one in said} == {
        (200, "accepted", "centre/07")
    }
    assert await desk.told() == [("A", "feedback.received.v1"), ("A", "feedback.accepted.v1")]
    refused = [
        await desk.post("/v1/feedback/A/dismissals", **act(reason="praise")),
        await desk.post("/v1/feedback/A/acceptances", **act() | {"officer": "08"}),
        await desk.post("/v1/feedback/A/acceptances", **act(2)),
        await desk.post("/v1/feedback/never/acceptances", **act()),
    ]
    assert [one.json()["code"] for one in refused] == [
        "action.different-body",
        "action.different-body",
        "feedback.settled",
        "feedback.unknown",
    ]


async def test_dismissed_what_was_said_is_forgotten(desk: Any, item: Any, act: Any) -> None:
    await waiting(desk, item, "A")
    for _ in range(2):
        done = await desk.post("/v1/feedback/A/dismissals", **act(reason="said-before"))
        assert (done.json()["state"], done.json()["dismissal"]) == ("dismissed", "said-before")
    [row] = await desk.rows("SELECT parcel FROM feedback")
    assert row.parcel is None
    assert [type_ for _, type_ in await desk.told()] == ["feedback.received.v1", "feedback.dismissed.v1"]


async def test_what_was_said_is_shown_for_a_purpose_and_that_is_audited_first(desk: Any, item: Any) -> None:
    await waiting(desk, item, "A")
    assert (await desk.get("/v1/feedback/A")).status_code == 422
    opened = (await desk.get("/v1/feedback/A", purpose="registration")).json()
    assert (opened["complaint"]["text"], opened["complaint"]["reporter"]["phone"]) == (
        item()["text"],
        item()["reporter"]["phone"],
    )
    [trail] = await desk.rows("SELECT principal, action, subject, purpose FROM audit")
    assert tuple(trail) == ("centre", "feedback.read", "A", "registration")


async def test_nobody_else_decides_or_looks(desk: Any, item: Any, act: Any) -> None:
    await waiting(desk, item, "A")
    for who in ("office", "inspection", "unit.hrss", "channel.window", "service.console"):
        said = [
            await desk.get("/v1/feedback", who),
            await desk.get("/v1/feedback/A", who, purpose="registration"),
            await desk.get("/v1/feedback/refusals", who),
            await desk.post("/v1/feedback/A/acceptances", who, **act()),
            await desk.post("/v1/feedback/A/dismissals", who, **act(reason="praise")),
        ]
        assert {one.json()["code"] for one in said} == {"principal.not-allowed"}
    assert (await desk.get("/v1/feedback/figures", "unit.hrss", **SINCE)).status_code == 403


async def test_what_is_no_complaint_is_counted(desk: Any, item: Any) -> None:
    changes: list[dict[str, Any]] = [{}, {"pf": 7}, {"pf": 7}, {"default_rating": True}, {"rating": 5, "text": None}]
    await desk.take(*(Said(FeedbackWay.TOPIC, item(key=f"K{n}", **one)) for n, one in enumerate(changes)))
    found = (await desk.get("/v1/feedback/figures", "inspection", **SINCE)).json()
    assert [(one["state"], one["reason"], one["pf"], one["rating"], one["many"]) for one in found] == [
        ("accepted", "trouble", 2, 1, 1),
        ("counted", "content", 2, 5, 1),
        ("counted", "default", 2, 1, 1),
        ("counted", "default", 7, 1, 2),
    ]
    turned = SINCE | {"until": "2026-11-23T00:00:00+08:00"}
    assert (await desk.get("/v1/feedback/figures", **turned)).json()["code"] == "request.invalid"
