"""Where the process believes to be, and which language it speaks, makes no due date another (rules 4, 4.7)."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import locale, time
from contextlib import suppress
from datetime import datetime, timedelta
from chassis.testing.lives import COMPLAINT, TICKET, accepted, at, dispatched, opened, tracked
from sla_monitor import clients
from sla_monitor.domain import TERMS, Calendar, Case, Hours, Measures, Policy, Ticket, advance, due, react

time.tzset()
with suppress(locale.Error):
    locale.setlocale(locale.LC_ALL, "")
calendar = Calendar.of(clients.seed(), 1)
for year, month, day in ((2023, 12, 29), (2024, 2, 28), (2024, 2, 29), (2025, 12, 31), (2026, 9, 25), (2027, 3, 14)):
    for hour in (0, 8, 9, 12, 16, 17, 23):
        start = datetime.fromisoformat(f"{year}-{month:02}-{day:02}T{hour:02}:59:59+08:00")
        for name, term in TERMS.items():
            found = due(start, term, calendar, Hours())
            days = [(str(day.date), day.status.upper(), counted) for day, counted in found.days]
            print(start.isoformat(), name, found.due_at, found.yellow_at, days)
case, measures = Case(Ticket(TICKET, COMPLAINT), {}), Measures(Policy(), calendar, at("01 00:00"))
for fact in (opened(), dispatched(), accepted(), tracked("26 16:00", "27 12:00")):
    case, told = react(case, fact, at("30 23:00"), measures)
    for one in told:
        print(one.model_dump_json())
for one in advance(case, at("30 23:00"), at("30 23:00"), measures).told:
    print(one.model_dump_json())
"""


def said(**environment: str) -> bytes:
    """What a process of its own says when which clock is due."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=os.environ | environment, capture_output=True, timeout=60, check=True
    )
    return done.stdout


@pytest.fixture(scope="module")
def at_home() -> bytes:
    """What it says in Shanghai."""
    found = said(TZ="Asia/Shanghai", LC_ALL="C.UTF-8")
    assert b"2024-02-28T16:59:59+08:00 contact 2024-02-29 09:00:00+00:00" in found
    assert found.count(b"\n") > 380
    return found


@pytest.mark.parametrize(
    "environment",
    [
        {"TZ": "America/New_York"},
        {"TZ": "Pacific/Kiritimati"},
        {"TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8"},
        {"TZ": "no/where", "LC_ALL": "C", "LANG": "tr_TR"},
        {"TZ": "", "LC_ALL": "zh_CN.GB18030", "PYTHONHASHSEED": "1"},
    ],
    ids=lambda said: ",".join(said.values()),
)
def test_a_process_elsewhere_says_the_same(at_home: bytes, environment: dict[str, str]) -> None:
    assert said(**environment) == at_home
