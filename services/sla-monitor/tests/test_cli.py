"""`bbcs calendar` on the real servers."""

import asyncio
import csv
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from chassis import db
from chassis.cli.failure import Unable
from chassis.clock import MovableClock
from chassis.running import Running
from chassis.testing.lives import accepted, dispatched, opened
from sla_monitor import usecases
from sla_monitor.app import service
from sla_monitor.cli.calendar import app
from sla_monitor.domain import Line
from sla_monitor.usecases import amending
from stack.testing import Servers

Run = Callable[..., Result]
NOWHERE = "http://127.0.0.1:1"
TWO = ("--proposed-by", "centre/1", "--confirmed-by", "office/2")
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
STILL = f"{NOW.isoformat()}|{NOW.isoformat()}|0.000000001"
NOTICE = """date,status,holiday
2049-01-01,public-holiday,元旦

2049-01-02,weekend,
"""


@pytest.fixture
def url(servers: Servers) -> str:
    """A database with the service's tables and nothing in them."""
    made = servers.make_database("sla-monitor")
    db.migrate(service.migrations, made)
    return made


@pytest.fixture
def run(url: str) -> Run:
    """Runs the command as an operator does."""

    def command(*arguments: str) -> Result:
        said = {
            "BBCS_KAFKA_SERVERS": "127.0.0.1:1",
            "BBCS_SLA_MONITOR_DATABASE_URL": url,
            "BBCS_SLA_MONITOR_DISPATCH_URL": NOWHERE,
            "BBCS_SLA_MONITOR_DISPATCH_KEY": "-",
            "BBCS_SLA_MONITOR_REVISIT_URL": NOWHERE,
            "BBCS_SLA_MONITOR_REVISIT_KEY": "-",
            "BBCS_CLOCK": STILL,
        }
        return CliRunner().invoke(app, arguments, env=said)

    return command


@pytest.fixture
def filled(url: str) -> None:
    """The calendar has its first rows."""

    asyncio.run(at_work(url, usecases.seed))


async def at_work(url: str, run: Callable[[Any], Awaitable[Any]]) -> Any:
    """What the service's own work gives."""
    asked = {"dispatch_url": NOWHERE, "dispatch_key": "-", "revisit_url": NOWHERE, "revisit_key": "-"}
    settings = service.settings.model_validate({"database_url": url, "kafka_servers": ""} | asked)
    running = Running(service, settings, doors=(), clock=MovableClock(NOW))
    async with running.work() as work:
        found = await run(work)
    await running.database.close()
    return found


def said(result: Result) -> Any:
    return json.loads(result.stdout.splitlines()[-1])


def sentence(result: Result) -> str:
    assert isinstance(result.exception, Unable)
    return str(result.exception)


def write(folder: Path, text: str) -> str:
    file = folder / "notice.csv"
    file.write_text(text, "utf-8")
    return str(file)


def test_a_year_is_shown(run: Run, filled: None) -> None:
    assert "2026: 248 working days of 365" in run("show", "2026").stdout
    assert said(run("show", "2026", "--json"))["days"][0] == {
        "date": "2026-01-01",
        "status": "public-holiday",
        "notice": "chinesecalendar 1.11.0",
        "revision": 1,
        "provisional": False,
    }
    assert "provisional" in run("show", "2027").stdout


def test_everything_that_is_wrong_is_said(run: Run, filled: None, tmp_path: Path) -> None:
    result = run("import", write(tmp_path, NOTICE), "--notice", "样例通知", "--json")
    assert result.exit_code == 1
    assert [one["code"] for one in said(result)["problems"]] == ["days.implausible"]
    wrong = run("import", write(tmp_path, NOTICE + "2049-02-30,off,\n"), "--notice", "样例通知")
    assert wrong.exit_code == 1
    assert all(code in wrong.stdout for code in ("date.unknown", "status.unknown", "Nothing was changed: 3 problems"))


def test_what_cannot_be_read_is_said_in_a_sentence(run: Run, tmp_path: Path) -> None:
    named = ("--notice", "样例通知")
    assert "begin with the line" in sentence(run("import", write(tmp_path, "a,b\n1,2\n"), *named))
    assert "names no date" in sentence(run("import", write(tmp_path, "date,status\n"), *named))
    assert "--notice is" in sentence(run("import", write(tmp_path, NOTICE), "--notice", "a\nb"))
    (tmp_path / "notice.csv").write_bytes("date,status\n元旦".encode("gb18030"))
    assert "UTF-8" in sentence(run("import", str(tmp_path / "notice.csv"), *named))


@pytest.fixture
def fifty_two_tickets(filled: None, url: str) -> None:
    """All of them accepted on Wednesday morning."""
    lives = [
        one.model_copy(update={"ticket_id": UUID(int=number)})
        for number in range(1, 53)
        for one in (opened(), dispatched("24 10:00"), accepted("25 10:00"))
    ]
    asyncio.run(at_work(url, lambda work: usecases.follow(work, lives)))


def whole_year(notice: Callable[[int], list[Line]], folder: Path) -> str:
    """The notice of 2026, and Thursday, 26 November, off for a Saturday that is worked."""
    lines = "".join(f"{one.date},{one.status},{one.holiday}\n" for one in notice(2026))
    return write(folder, f"date,status,holiday\n{lines}2026-11-26,public-holiday,样例节\n2026-12-05,{SHIFTED},\n")


SHIFTED = "shifted-working-day"


@pytest.mark.usefixtures("fifty_two_tickets")
def test_a_dry_run_says_which_tickets_would_move(run: Run, url: str, notice: Any, tmp_path: Path) -> None:
    file, moves = whole_year(notice, tmp_path), tmp_path / "moves.csv"
    result = said(run("import", file, "--notice", "样例通知", "--moves", str(moves), "--json"))["moves"]
    assert (result["tickets"], result["clocks"]) == (52, 104)
    assert result["groups"] == [
        {"clock": "contact", "due": "2026-11-26", "new_due": "2026-11-27", "clocks": 52},
        {"clock": "handle", "due": "2026-11-30", "new_due": "2026-12-01", "clocks": 52},
    ]
    assert len({one["ticket_id"] for one in result["first"]}) == 50
    with moves.open(encoding="utf-8") as written:
        rows = list(csv.DictReader(written))
    assert len({(one["ticket_id"], one["clock"]) for one in rows}) == len(rows) == 104
    assert rows[0]["due_at"] == "2026-11-26T17:00:00+08:00"
    clocks = asyncio.run(at_work(url, lambda work: usecases.clocks_of(work, UUID(int=1))))
    assert {one.calendar for one in clocks.clocks.values()} == {1}
    assert "52 open tickets would move" in run("import", file, "--notice", "样例通知").stdout


@pytest.mark.usefixtures("fifty_two_tickets")
def test_a_dry_run_of_small_parts_counts_each_ticket_once(
    run: Run, notice: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(amending, "MOST_TRIED", 5)
    result = said(run("import", whole_year(notice, tmp_path), "--notice", "样例通知", "--json"))
    assert (result["moves"]["tickets"], result["moves"]["clocks"]) == (52, 104)


def test_moves_are_of_a_dry_run_and_into_a_file_that_can_be_written(run: Run, filled: None, tmp_path: Path) -> None:
    file = write(tmp_path, NOTICE)
    assert "dry run" in sentence(run("import", file, "--notice", "样例", "--apply", *TWO, "--moves", "moves.csv"))


def test_a_line_with_nothing_but_a_holiday_is_wrong(run: Run, filled: None, tmp_path: Path) -> None:
    result = said(run("import", write(tmp_path, NOTICE + ",,春节\n"), "--notice", "样例通知", "--json"))
    assert {"date.unknown", "status.unknown"} <= {one["code"] for one in result["problems"]}


def test_it_takes_two_persons_to_carry_it_out(run: Run, filled: None, tmp_path: Path) -> None:
    asked = ("import", write(tmp_path, NOTICE), "--notice", "样例通知", "--apply")
    assert "It takes --proposed-by" in sentence(run(*asked))
    assert "another one" in sentence(run(*asked, "--proposed-by", "office/2", "--confirmed-by", "office/2"))


def test_before_the_service_has_started_there_is_no_calendar(run: Run) -> None:
    assert "no rows yet" in sentence(run("show", "2026"))
