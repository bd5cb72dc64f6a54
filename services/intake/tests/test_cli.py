"""`bbcs ranking` on the real servers."""

import asyncio
import base64
import json
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chassis import db
from chassis.cli.failure import Unable
from chassis.clock import new_id
from chassis.running import Running
from contracts.directory import UnitListed
from contracts.tickets import TicketDispatched, TicketReturned
from contracts.vocabulary import Channel, DispatchRule, ReturnReason, UnitKind
from intake import domain, usecases
from intake.app import service
from intake.cli import app
from stack.testing import Servers

Run = Callable[..., Result]
SAID = {
    "供水": ("自来水停了", "水管压力小", "水厂供水", "水表不准", "自来水发黄"),
    "公交": ("公交车晚点", "公交线路改道", "公交站台", "公交司机", "末班公交车"),
}


@pytest.fixture(scope="module")
def environment(servers: Servers) -> dict[str, str]:
    """What an operator of a database with intake's tables has in the environment."""
    url = servers.make_database("intake")
    db.migrate(service.migrations, url)
    key = base64.b64encode(os.urandom(32)).decode()
    return {
        "BBCS_INTAKE_DATABASE_URL": url,
        "BBCS_KAFKA_SERVERS": servers.kafka_servers,
        "BBCS_KAFKA_PASSWORD": "-",
        "BBCS_REDIS_URL": servers.redis_url,
        "BBCS_VAULT_KEYS": json.dumps({"a": key}),
        "BBCS_VAULT_KEY": "a",
        "BBCS_BLIND_KEY": key,
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """Runs the command as an operator does."""
    return lambda *said: CliRunner().invoke(app, said, env=environment)


def rows(*places: str) -> list[dict[str, str]]:
    return [
        {"subject": f"{place}{subject}", "text": "请尽快解决", "category": label}
        for label, subjects in SAID.items()
        for subject in subjects
        for place in places
    ]


def said(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout.splitlines()[-1])


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., str]:
    """Writes rows into a file."""

    def write(written: list[dict[str, str]], name: str = "rows.jsonl") -> str:
        path = tmp_path / name
        path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in written), "utf-8")
        return str(path)

    return write


def test_without_a_model_rows_are_held_back_in_turns(run: Run, file: Any) -> None:
    found = said(run("evaluate", "--json", file(rows("城桥镇", "堡镇", "庙镇"))))
    assert (found["version"], found["held_back"], found["rows"]) == (None, True, 30)
    assert 0.5 <= found["top1"] <= found["top3"] == 1


def test_a_model_is_trained_kept_sealed_and_evaluated_on_what_it_never_saw(
    run: Run, file: Any, environment: dict[str, str]
) -> None:
    learned, other = rows("城桥镇", "堡镇", "庙镇"), rows("新河镇")
    first, second = [said(run("train", "--json", file(learned))) for _ in range(2)]
    assert second["version"] == first["version"] + 1
    assert second["sha256"] == first["sha256"], "the same rows give the same model"
    found = said(run("evaluate", "--json", file(learned + other)))
    assert (found["version"], found["held_back"]) == (second["version"], False)
    assert (found["seen"], found["rows"]) == (30, 10)
    assert found["top1"] == 1
    assert said(run("evaluate", "--json", file(learned)))["held_back"] is True


def test_names_are_examples_too(run: Run, file: Any, tmp_path: Path) -> None:
    table = tmp_path / "names.csv"
    table.write_text("label,name\n供水,龙头滴漏\n公交,刷卡机\n", "utf-8")
    found = said(run("train", "--json", "--names", str(table), file(rows("城桥镇", "堡镇"))))
    assert found["figures"]["rows"] == 20


def test_people_read_a_sentence(run: Run, file: Any) -> None:
    path = file(rows("城桥镇", "堡镇", "庙镇"))
    assert "that were held back" in run("train", path).stdout
    assert "rankings/s" in run("evaluate", path).stdout


def test_what_cannot_be_learned_from_is_said_so(run: Run, file: Any) -> None:
    few, broken = run("train", file(rows("城桥镇")[:3])), run("train", file([{"subject": "a"}]))
    assert isinstance(few.exception, Unable)
    assert "at least" in str(few.exception)
    assert isinstance(broken.exception, Unable)
    assert "line 1" in str(broken.exception)


# what the desk decided


class Desk:
    """What registering and the desk leave in intake's tables."""

    def __init__(self, body: Callable[..., bytes], now: datetime) -> None:
        self.body, self.now = body, now
        self.running = Running(service, service.settings.read(), doors=())

    def dispatched(self, complaint_id: Any, unit: str) -> TicketDispatched:
        return TicketDispatched(
            ticket_id=complaint_id,
            complaint_id=complaint_id,
            unit=unit,
            rule=DispatchRule.BY_HAND,
            directory_version=1,
            dispatched_at=self.now,
            by="centre",
        )

    def returned(self, complaint_id: Any, unit: str) -> TicketReturned:
        return TicketReturned(
            ticket_id=complaint_id,
            complaint_id=complaint_id,
            unit=unit,
            reason=ReturnReason.NOT_OUR_MATTER,
            count=1,
            returned_at=self.now,
            by=f"unit.{unit}/1",
        )

    async def list_units(self, **names: str) -> None:
        facts = [
            UnitListed(code=code, name=name, kind=UnitKind.DEPARTMENT, credit_code="-", version=1, listed_at=self.now)
            for code, name in names.items()
        ]
        async with self.running.work() as work:
            await usecases.ranking.list_entries(work, facts)

    async def register(self, said: Sequence[dict[str, str]]) -> list[Any]:
        """Ids of complaints that name no matter, in the order in which they are said."""
        forms = [
            self.body(source_id=str(new_id(self.now)), subject=one["subject"], text=one["text"], matter_code=None)
            for one in said
        ]
        async with self.running.work() as work:
            found = await usecases.register(work, [domain.read(Channel.WINDOW, form) for form in forms])
        return [one.complaint.complaint_id for one in found]

    async def follow(self, *facts: Any) -> None:
        async with self.running.work() as work:
            await usecases.follow(work, facts)


@pytest.fixture
def decide(
    environment: dict[str, str], body: Callable[..., bytes], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Registers complaints, dispatches each by hand to the unit that its label is called like, and gives some back."""
    for name, said in environment.items():
        monkeypatch.setenv(name, said)
    units = {"供水": "water", "公交": "transit"}

    async def decided(said: Sequence[dict[str, str]], given_back: int) -> None:
        desk = Desk(body, now)
        await desk.list_units(water="供水", transit="公交")
        ids = await desk.register(said)
        hands = [
            desk.dispatched(complaint_id, units[one["category"]]) for complaint_id, one in zip(ids, said, strict=True)
        ]
        await desk.follow(*hands)
        await desk.follow(*(desk.returned(one.complaint_id, one.unit) for one in hands[:given_back]))
        await desk.running.database.close()

    return lambda said, given_back=0: asyncio.run(decided(said, given_back))


def test_a_model_learns_from_what_the_desk_decided(run: Run, decide: Any, file: Any) -> None:
    decide(rows("城桥镇", "堡镇", "庙镇"), given_back=4)
    result = run("train", "--json", "--decided")
    trained = said(result)
    assert (trained["labels"], trained["figures"]["rows"]) == (2, 26)
    assert not any(subject in result.output for subjects in SAID.values() for subject in subjects)
    more = said(run("train", "--json", "--decided", file(rows("新河镇"))))
    assert (more["labels"], more["figures"]["rows"]) == (2, 36), "a unit's name is the unit"
    found = said(run("evaluate", "--json", file(rows("向化镇"))))
    assert (found["version"], found["rows"], found["top1"]) == (more["version"], 10, 1)


def test_that_it_was_learned_from_is_written_down(run: Run, decide: Any, environment: dict[str, str]) -> None:
    decide(rows("港西镇"))

    async def learned() -> int:
        database = db.Database(environment["BBCS_INTAKE_DATABASE_URL"], "test")
        async with database.transaction() as session:
            sql = "SELECT count(*) FROM audit WHERE principal = 'operator' AND action = 'complaint.learn'"
            [[count]] = await db.rows(session, sql)
        await database.close()
        return int(count)

    before = asyncio.run(learned())
    said(run("evaluate", "--json", "--decided"))
    assert asyncio.run(learned()) == before + 1


def test_something_to_learn_from_must_be_given(run: Run) -> None:
    nothing = run("train")
    assert isinstance(nothing.exception, Unable)
    assert "--decided" in str(nothing.exception)
