"""`bbcs alerts` on the real database, as an operator types it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chassis import db
from chassis.cli.failure import Unable
from chassis.clock import SystemClock
from sla_monitor.app import service
from sla_monitor.cli.alerts import app
from stack.testing import Servers

Run = Callable[..., Any]
WEBHOOK = ("--webhook", "https://monitor.example/told", "--key", "2026")
BY = ("--by", "office/0007")


@pytest.fixture
def invoke(servers: Servers) -> Callable[..., Result]:
    """Runs the command on a database with the service's tables and nothing in them."""
    url = servers.make_database("sla-monitor")
    db.migrate(service.migrations, url)
    said = {
        "BBCS_KAFKA_SERVERS": "127.0.0.1:1",
        "BBCS_SLA_MONITOR_DATABASE_URL": url,
        "BBCS_SLA_MONITOR_DISPATCH_URL": "http://127.0.0.1:1",
        "BBCS_SLA_MONITOR_DISPATCH_KEY": "-",
        "BBCS_SLA_MONITOR_REVISIT_URL": "http://127.0.0.1:1",
        "BBCS_SLA_MONITOR_REVISIT_KEY": "-",
    }
    return lambda *arguments: CliRunner().invoke(app, arguments, env=said)


@pytest.fixture
def run(invoke: Callable[..., Result]) -> Run:
    """Runs the command, and gives what it says as JSON."""

    def answered(*arguments: str) -> Any:
        result = invoke(*arguments, "--json")
        if result.exception is not None:
            raise result.exception
        return json.loads(result.stdout.splitlines()[-1])

    return answered


def test_recipients_are_added_listed_changed_and_removed(run: Run, invoke: Callable[..., Result]) -> None:
    run("add", "hrss-monitor", *WEBHOOK, "--unit", "hrss", "--light", "red", *BY)
    run("add", "night-desk", "--sms", "duty-3", *BY)
    run("change", "hrss-monitor", "--unit", "-", "--key", "2027", "--key", "2026", *BY)
    hrss, night = run("list")
    assert (hrss["webhook"], hrss["unit"], hrss["keys"]) == ("https://monitor.example/told", None, ["2027", "2026"])
    assert (night["sms"], night["lights"], night["waiting"], night["message"]) == (
        "duty-3",
        ["red", "overdue"],
        0,
        None,
    )
    assert "night-desk" in invoke("list").stdout
    run("remove", "night-desk", *BY)
    assert [one["name"] for one in run("list")] == ["hrss-monitor"]


def test_what_cannot_be_is_said_in_a_sentence(run: Run) -> None:
    for arguments, sentence in (
        (("add", "desk", "--sms", "13800001234", *BY), "see --sms"),
        (("add", "desk", *BY), "see --webhook"),
        (("add", "desk", *WEBHOOK, "--by", "zhang"), "--by is office/NUMBER"),
        (("remove", "desk", *BY), "no recipient of that name"),
        (("retry", "desk", *BY), "refused no message"),
        (("dismiss", "desk", "--reason", " ", *BY), "Say with --reason"),
        (("silence", "--until", "tomorrow", "--reason", "检修", *BY), "--until is written"),
        (("silence", "--until", "2020-01-01T09:00", "--reason", "检修", *BY), "in 30 days at the latest"),
        (("unsilence", "0199b0f1-7e20-7c52-8b17-5d2e4b9a6f31", *BY), "No silence of that id"),
    ):
        with pytest.raises(Unable, match=sentence):
            run(*arguments)


def test_a_silence_begins_is_shown_and_is_ended(run: Run) -> None:
    until = (SystemClock().now() + timedelta(days=2)).isoformat()
    made = run("silence", "--unit", "hrss", "--until", until, "--reason", "系统检修", *BY)
    [shown] = run("silences")
    assert (shown["unit"], shown["reason"], shown["by"]) == ("hrss", "系统检修", "office/0007")
    run("unsilence", made["silence_id"], *BY)
    assert run("silences") == []
