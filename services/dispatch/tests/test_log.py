"""The door to the log of facts: what was told about a ticket, in order, for those who may read the topic."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from contracts import base
from contracts.complaints import ComplaintRegistered
from contracts.log import LogPage
from contracts.refusals import REFUSALS

Complaint = Callable[..., ComplaintRegistered]


async def get(desk: Any, address: str, principal: str = "service.sla-monitor", **asked: Any) -> Any:
    return await desk.client.get(f"/v1/log/{address}", params=asked, headers=desk.credential(principal))


def refused(answer: Any) -> str:
    problem = answer.json()
    assert (answer.status_code, problem["title"]) == (
        REFUSALS[problem["code"]].status,
        REFUSALS[problem["code"]].title,
    )
    return str(problem["code"])


async def test_a_tickets_facts_are_given_as_they_were_told(desk: Any, complaint: Complaint) -> None:
    [row] = await desk.open(complaint())
    answer = await get(desk, f"tickets/{row.ticket_id}")
    logged = await desk.rows(
        "SELECT * FROM log WHERE topic = 'tickets' AND key = :key ORDER BY sequence", key=str(row.ticket_id)
    )
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "topic": "tickets",
        "key": str(row.ticket_id),
        "facts": [
            {
                "sequence": number,
                "id": str(one.id),
                "type": one.type,
                "at": base.rfc3339(one.told_at),
                "correlation": one.correlation,
                "causation": one.causation,
                "body": base.FACTS[one.type].parse(one.body).model_dump(mode="json"),
            }
            for number, one in enumerate(logged, start=1)
        ],
        "last": 2,
    }
    assert all(one.body in answer.content for one in logged)
    assert [one.envelope().fact.TYPE for one in LogPage.model_validate_json(answer.content).facts] == [
        "ticket.opened.v1",
        "ticket.dispatched.v1",
    ]


async def test_it_is_read_on_from_a_number(desk: Any, complaint: Complaint) -> None:
    [row] = await desk.open(complaint())
    pages: list[tuple[dict[str, Any], list[int]]] = [
        ({"after": 1}, [2]),
        ({"after": 0, "most": 1}, [1]),
        ({"after": 2}, []),
        ({"after": 2**63 - 1}, []),
    ]
    for asked, numbers in pages:
        page = (await get(desk, f"tickets/{row.ticket_id}", **asked)).json()
        assert ([one["sequence"] for one in page["facts"]], page["last"]) == (numbers, 2)


@pytest.mark.parametrize("key", ["nobody", "7" * 300, "'; --", "中", "%", "a b"])
async def test_of_an_unknown_key_there_is_nothing(key: str, desk: Any) -> None:
    page = (await get(desk, f"tickets/{quote(key)}")).json()
    assert page == {"topic": "tickets", "key": key, "facts": [], "last": 0}


@pytest.mark.parametrize(
    ("key", "asked"),
    [
        *(("k", {"after": one}) for one in (-1, "x", 1.5, 2**63, "", "١")),
        *(("k", {"most": one}) for one in (0, 501, "all")),
        ("7" * 301, {}),
        ("%00", {}),
    ],
)
async def test_what_nobody_understands_is_refused(key: str, asked: dict[str, Any], desk: Any) -> None:
    assert refused(await get(desk, f"tickets/{key}", **asked)) == "request.invalid"


@pytest.mark.parametrize(
    "topic", ["complaints", "clocks", "channels.window", "actions.hrss", "complaints.parked.x", "nothing", "*", "log"]
)
async def test_what_dispatch_does_not_tell_is_elsewhere(topic: str, desk: Any) -> None:
    for principal in ("service.sla-monitor", "unit.hrss", "centre"):
        assert refused(await get(desk, f"{topic}/k", principal)) == "topic.elsewhere"


@pytest.mark.parametrize(
    ("topic", "readers"),
    [
        ("tickets", {"service.sla-monitor", "service.revisit", "service.dispatch"}),
        ("directory", {"channel.window", "service.dispatch", "service.revisit"}),
        ("dispatch.hrss", {"unit.hrss"}),
        ("dispatch.town-a", {"unit.town-a"}),
        ("dispatch.nowhere", set()),
        ("complaints.parked", {"service.dispatch", "service.revisit"}),
    ],
)
async def test_who_reads_the_topic_reads_the_log(topic: str, readers: set[str], desk: Any) -> None:
    everyone = ["centre", "office", "inspection", "service.dispatch", "service.revisit", "service.sla-monitor"]
    everyone += ["channel.window", "unit.hrss", "unit.town-a"]
    answers = {who: await get(desk, f"{topic}/k", who) for who in everyone}
    assert {who for who, answer in answers.items() if answer.status_code == 200} == readers
    assert {refused(answers[who]) for who in everyone if who not in readers} <= {"principal.not-allowed"}
    assert refused(await get(desk, f"{topic}/k", "stranger")) == "credential.wrong"
    assert (await desk.client.get(f"/v1/log/{topic}/k")).json()["code"] == "credential.missing"


async def test_a_unit_reads_what_it_was_told(desk: Any, complaint: Complaint) -> None:
    [row] = await desk.open(complaint())
    page = (await get(desk, f"dispatch.{row.unit}/{row.ticket_id}", f"unit.{row.unit}")).json()
    assert [one["type"] for one in page["facts"]] == ["ticket.dispatched.v1"]
