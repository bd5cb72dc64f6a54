"""A unit sees the complaints in which it takes part, as long as it does (rules 6, 7)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from contracts.directory import UnitListed
from contracts.tickets import TicketDispatched
from contracts.vocabulary import UnitKind

_NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
Body = Callable[..., bytes]
Post = Callable[..., Awaitable[httpx2.Response]]
Refused = Callable[[httpx2.Response], str]
Dispatched = Callable[..., TicketDispatched]
Ask = Callable[[str], Awaitable[list[httpx2.Response]]]


@pytest.fixture
async def complaint_id(post: Post, body: Body, unique: str) -> str:
    """A complaint that some unit handles."""
    return str((await post(body(source_id=unique))).json()["complaint_id"])


@pytest.fixture
async def ask(intake: Any, complaint_id: str) -> Ask:
    """Asks for everything that can be asked about the complaint: it, its texts, one of them, one more."""
    path, said = f"/v1/complaints/{complaint_id}", {"kind": "note", "text": "已联系"}
    text = await intake.client.post(f"{path}/texts", json=said, headers=intake.credential("centre"))

    async def everything(who: str) -> list[httpx2.Response]:
        asked, signed = {"params": {"purpose": "handling"}}, {"headers": intake.credential(who)}
        return [
            await intake.client.get(path, **asked, **signed),
            await intake.client.get(f"{path}/texts", **signed),
            await intake.client.get(f"{path}/texts/{text.json()['text_id']}", **asked, **signed),
            await intake.client.post(f"{path}/texts", json=said, **signed),
        ]

    return everything


def statuses(answers: list[httpx2.Response]) -> list[int]:
    return [answer.status_code for answer in answers]


async def part_of(intake: Any, complaint_id: str, unit: str) -> Any:
    """The unit's part, as soon as intake knows of it."""

    async def look() -> Any:
        said = "SELECT * FROM participant WHERE complaint_id = :id AND unit = :unit"
        return await intake.rows(said, id=complaint_id, unit=unit)

    [part] = await intake.until(look)
    return part


async def test_a_unit_sees_what_was_dispatched_to_it_and_writes_about_it(
    ask: Ask, dispatched: Dispatched, complaint_id: str, refused: Refused, intake: Any
) -> None:
    assert list(map(refused, await ask("unit.hrss"))) == ["principal.not-allowed"] * 4
    await intake.tell(dispatched(complaint_id, "hrss"))
    await part_of(intake, complaint_id, "hrss")
    complaint, listed, text, written = await ask("unit.hrss")
    assert statuses([complaint, listed, text, written]) == [200, 200, 200, 201]
    assert complaint.json()["content"]["reporter"]["phone"] == "+8613912345678"
    assert (text.json()["text"], written.json()["author"]) == ("已联系", "unit.hrss")
    assert list(map(refused, await ask("unit.civil"))) == ["principal.not-allowed"] * 4


async def test_whoever_takes_over_from_a_dissolved_unit_sees_what_that_one_closed(
    ask: Ask, dispatched: Dispatched, complaint_id: str, refused: Refused, intake: Any, tell_directory: Any
) -> None:
    first, second = f"first-{complaint_id[-6:]}", f"second-{complaint_id[-6:]}"
    await intake.tell(dispatched(complaint_id, first))
    await part_of(intake, complaint_id, first)
    await tell_directory(gone(first, successor=second), gone(second, successor="hrss", listed=True))
    assert list(map(refused, await ask("unit.hrss"))) == ["principal.not-allowed"] * 4
    await tell_directory(gone(second, successor="hrss", version=3))
    assert statuses(await ask("unit.hrss")) == [200, 200, 200, 201]
    assert list(map(refused, await ask("unit.civil"))) == ["principal.not-allowed"] * 4
    await tell_directory(gone(first, successor=None, version=4, listed=True))
    assert list(map(refused, await ask("unit.hrss"))) == ["principal.not-allowed"] * 4


def gone(code: str, *, successor: str | None, version: int = 2, listed: bool = False) -> UnitListed:
    said: dict[str, Any] = {"name": code, "kind": UnitKind.DEPARTMENT, "credit_code": "-", "listed_at": _NOW}
    return UnitListed(code=code, version=version, listed=listed, successor=successor, **said)


async def test_what_a_unit_looks_at_is_written_down(
    ask: Ask, dispatched: Dispatched, complaint_id: str, intake: Any
) -> None:
    await intake.tell(dispatched(complaint_id, "hrss"))
    await part_of(intake, complaint_id, "hrss")
    await ask("unit.civil")
    await ask("unit.hrss")
    rows = await intake.rows("SELECT principal, action, purpose FROM audit WHERE subject = :id", id=complaint_id)
    assert list(map(tuple, rows)) == [("unit.hrss", "complaint.read", "handling")]


async def test_a_unit_without_a_purpose_does_not_look(
    dispatched: Dispatched, complaint_id: str, refused: Refused, intake: Any
) -> None:
    await intake.tell(dispatched(complaint_id, "hrss"))
    await part_of(intake, complaint_id, "hrss")
    answer = await intake.client.get(f"/v1/complaints/{complaint_id}", headers=intake.credential("unit.hrss"))
    assert refused(answer) == "purpose.missing"


async def test_dispatched_to_another_unit_the_first_one_looks_no_longer(
    ask: Ask, dispatched: Dispatched, complaint_id: str, refused: Refused, intake: Any
) -> None:
    await intake.tell(dispatched(complaint_id, "hrss"), dispatched(complaint_id, "civil", 5))
    second = await part_of(intake, complaint_id, "civil")
    first = await part_of(intake, complaint_id, "hrss")
    assert (first.until, second.until) == (second.since, None)
    assert list(map(refused, await ask("unit.hrss"))) == ["principal.not-allowed"] * 4
    assert statuses(await ask("unit.civil")) == [200, 200, 200, 201]
