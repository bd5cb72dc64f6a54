"""`bbcs calendar` on the real servers."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chassis import db
from chassis.cli.failure import Unable
from chassis.running import Running
from sla_monitor import usecases
from sla_monitor.app import service
from sla_monitor.cli.calendar import app
from stack.testing import Servers

Run = Callable[..., Result]
NOWHERE = "http://127.0.0.1:1"
TWO = ("--proposed-by", "centre/1", "--confirmed-by", "office/2")
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
        }
        return CliRunner().invoke(app, arguments, env=said)

    return command


@pytest.fixture
def filled(url: str) -> None:
    """The calendar has its first rows."""

    async def seeded() -> None:
        nobody = {"kafka_servers": "", "dispatch_url": NOWHERE, "dispatch_key": "-"}
        settings = service.settings.model_validate({"database_url": url} | nobody)
        running = Running(service, settings, doors=())
        async with running.work() as work:
            await usecases.seed(work)
        await running.database.close()

    asyncio.run(seeded())


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


def test_it_takes_two_persons_to_carry_it_out(run: Run, filled: None, tmp_path: Path) -> None:
    asked = ("import", write(tmp_path, NOTICE), "--notice", "样例通知", "--apply")
    assert "It takes --proposed-by" in sentence(run(*asked))
    assert "another one" in sentence(run(*asked, "--proposed-by", "office/2", "--confirmed-by", "office/2"))


def test_before_the_service_has_started_there_is_no_calendar(run: Run) -> None:
    assert "no rows yet" in sentence(run("show", "2026"))
