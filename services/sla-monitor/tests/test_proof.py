"""The proof of a ticket's clocks over HTTP: every day counted, every change with its cause, as known then and now."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest

from chassis.clock import new_id
from chassis.testing import lives
from chassis.testing.lives import TICKET, at
from chassis.work import Cause
from contracts.vocabulary import Complexity
from sla_monitor import usecases
from sla_monitor.domain import Line
from sla_monitor.usecases import Notice

ADDRESS = f"/v1/tickets/{TICKET}/clocks/proof"
SHANGHAI_DUE = "2026-11-27 17:00:00 +08:00"
"""Three working days after Tuesday's acceptance."""


class Page(HTMLParser):
    """What a page says: the text of its cells, row by row, and everything else."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self.said = ""
        self.language: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag, and begin a row or a cell."""
        self.tags.add(tag)
        if tag == "html":
            self.language = dict(attrs).get("lang")
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        """Note the words, in the cell if there is one."""
        self.said += data
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


async def follow(desk: Any, *facts: Any) -> None:
    causes = {id(fact): Cause(new_id(at("23 09:00")), sequence=number) for number, fact in enumerate(facts, 1)}
    async with desk.running.work(causes) as work:
        await usecases.follow(work, facts)


async def sweep(desk: Any, when: str) -> None:
    desk.clock.set(at(when))
    async with desk.running.work() as work:
        await usecases.sweep(work)


@pytest.fixture
async def ended(desk: Any) -> Any:
    """A ticket of the week of 24 November 2026 that was finished two days late, on Sunday."""
    desk.clock.set(at("29 12:00"))
    life = (lives.opened(), lives.dispatched(), lives.accepted("24 11:00"), lives.contacted("24 12:00", reached=True))
    await follow(desk, *life, lives.finished("29 11:00"))
    return desk


@pytest.fixture
def amend(desk: Any, notice: Callable[[int], Sequence[Line]]) -> Callable[..., Any]:
    """Imports the year's notice with other lines for some dates."""

    async def imported(*lines: tuple[str, str, str]) -> None:
        said = [*notice(2026), *(Line(number, *one) for number, one in enumerate(lines, 900))]
        async with desk.running.work() as work:
            await usecases.amend(work, Notice("样例通知", 2026, said, "centre/1", "office/2"), apply=True)

    return imported


async def clock(desk: Any, kind: str) -> dict[str, Any]:
    """One clock of the proof."""
    found = (await desk.get(ADDRESS)).json()["clocks"]
    return dict(next(one for one in found if one["clock"] == kind))


async def test_every_day_is_counted_or_said_why_not(ended: Any) -> None:
    handle = await clock(ended, "handle")
    then = handle["as_known_then"]
    days = [(one["date"], one["status"], one["counted"]) for one in then["days"]]
    assert days == [
        ("2026-11-24", "working-day", False),
        ("2026-11-25", "working-day", True),
        ("2026-11-26", "working-day", True),
        ("2026-11-27", "working-day", True),
    ]
    assert all(one["notice"].startswith("chinesecalendar") for one in then["days"])
    assert (then["yellow_at"], then["red_at"]) == ("2026-11-26T09:00:00.000Z", "2026-11-27T09:00:00.000Z")
    assert (handle["due_at"], handle["differs"], handle["explained"]) == (then["due_at"], False, True)


async def test_every_change_has_its_cause_and_both_instants(ended: Any) -> None:
    handle = await clock(ended, "handle")
    told = [(one["what"], one["cause"], one["light"], one["verdict"], one["effective_at"]) for one in handle["changes"]]
    assert told == [
        ("started", None, "green", None, "2026-11-24T03:00:00.000Z"),
        ("turned", "time", "yellow", None, "2026-11-26T09:00:00.000Z"),
        ("turned", "time", "red", None, "2026-11-27T09:00:00.000Z"),
        ("stopped", None, "red", "overdue", "2026-11-29T03:00:00.000Z"),
    ]
    assert {one["noticed_at"] for one in handle["changes"]} == {"2026-11-29T04:00:00.000Z"}
    assert {(one["policy"], one["calendar"]) for one in handle["changes"]} == {(1, 1)}


async def test_a_verdict_stays_by_what_was_known_then(ended: Any, amend: Any) -> None:
    """rules 4.3: a day off that was declared afterwards changes what would be due, and not what was judged."""
    await amend(("2026-11-26", "public-holiday", "样例节"), ("2026-12-05", "shifted-working-day", ""))
    handle = await clock(ended, "handle")
    then, now = handle["as_known_then"], handle["as_known_now"]
    assert (then["calendar"], then["due_at"]) == (1, "2026-11-27T09:00:00.000Z")
    assert (now["calendar"], now["due_at"]) == (2, "2026-11-30T09:00:00.000Z")
    assert (handle["differs"], handle["final"], handle["verdict"]) == (True, True, "overdue")
    assert [one["notice"] for one in now["days"] if one["date"] == "2026-11-26"] == ["样例通知"]
    page = (await ended.get(ADDRESS, format="html")).text
    assert "裁定以当时的到期时间为准" in page


async def test_one_that_runs_is_moved_and_says_by_what(desk: Any, amend: Any) -> None:
    desk.clock.set(at("24 12:00"))
    await follow(desk, lives.opened(), lives.dispatched(), lives.accepted("24 11:00", Complexity.GENERAL))
    desk.clock.move(timedelta(hours=1))
    await amend(("2026-11-26", "public-holiday", "样例节"), ("2026-12-05", "shifted-working-day", ""))
    assert (await clock(desk, "handle"))["differs"]
    async with desk.running.work() as work:
        await usecases.carry_out(work)
    handle = await clock(desk, "handle")
    assert (handle["due_at"], handle["differs"]) == ("2026-11-30T09:00:00.000Z", False)
    moved = handle["changes"][-1]
    assert (moved["what"], moved["cause"], moved["calendar"]) == ("moved", "calendar", 2)
    assert (moved["previous_due_at"], moved["effective_at"]) == ("2026-11-27T09:00:00.000Z", "2026-11-24T05:00:00.000Z")


async def test_one_whose_due_was_set_says_so(desk: Any) -> None:
    desk.clock.set(at("25 12:00"))
    asked = lives.assist("24 12:00", "26 12:00")
    await follow(desk, lives.opened(), lives.dispatched(), lives.accepted("24 11:00"), asked)
    assist = await clock(desk, "assist")
    assert (assist["as_known_then"]["days"], assist["due_at"]) == ([], "2026-11-26T04:00:00.000Z")
    assert "到期时间在提出要求时设定" in (await desk.get(ADDRESS, format="html")).text


async def test_the_page_says_what_the_json_says_and_runs_nothing(ended: Any, amend: Any) -> None:
    await amend(("2026-11-26", "public-holiday", "样例节"), ("2026-12-05", "shifted-working-day", ""))
    answer = await ended.client.get(ADDRESS, headers={"authorization": "Bearer key-of-centre", "accept": "text/html"})
    page = Page(answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert page.language == "zh-CN"
    assert ["2026-11-24", "周二", "工作日", "起算日，不计入"] in [row[:4] for row in page.rows]
    assert ["2026-11-26", "周四", "法定节假日", "不计入", "样例通知"] in page.rows
    assert [row for row in page.rows if row[:2] == ["灯色变化", "时间到"] and row[4] == "黄灯 → 红灯"]
    assert SHANGHAI_DUE in page.said
    assert not page.tags & {"script", "link", "img", "iframe"}
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_whatever_a_row_holds_the_page_shows_it_as_text(ended: Any, amend: Any) -> None:
    await amend(("2026-11-26", "public-holiday", "样例节"), ("2026-12-05", "shifted-working-day", ""))
    await ended.rows("UPDATE calendar_day SET notice = :notice WHERE date = '2026-11-25'", notice="<script>1</script>&")
    page = Page((await ended.get(ADDRESS, format="html")).text)
    assert ["2026-11-25", "周三", "工作日", "计入，第 1 日", "<script>1</script>&"] in page.rows
    assert "script" not in page.tags


@pytest.mark.parametrize("accept", ["", "*/*", "application/json"])
async def test_who_does_not_ask_for_a_page_gets_json(ended: Any, accept: str) -> None:
    answer = await ended.client.get(ADDRESS, headers={"authorization": "Bearer key-of-centre", "accept": accept})
    assert answer.json()["ticket_id"] == str(TICKET)


async def test_an_unknown_ticket_has_none(desk: Any) -> None:
    answer = await desk.get(f"/v1/tickets/{UUID(int=77)}/clocks/proof")
    assert (answer.status_code, answer.json()["code"]) == (404, "ticket.unknown")


async def test_strangers_do_not_see_it(ended: Any) -> None:
    answer = await ended.get(ADDRESS, key=None)
    assert answer.json()["code"] == "credential.missing"
    answer = await ended.get(ADDRESS, key="key-of-tax")
    assert answer.json()["code"] == "ticket.unknown"
    assert (await ended.get(ADDRESS, key="key-of-hrss")).status_code == 200
