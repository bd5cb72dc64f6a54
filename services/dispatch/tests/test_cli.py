"""`bbcs directory` on the real servers."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from chassis import db
from chassis.cli.cluster import Cluster
from chassis.cli.environment import Login
from chassis.cli.failure import Unable
from chassis.running import Running
from contracts.refusals import Refused
from dispatch import usecases
from dispatch.app import service
from dispatch.cli import app
from stack.testing import Servers

Tables = Callable[..., dict[str, bytes]]
Run = Callable[..., Result]
Fact = tuple[str, bytes]
TWO = ("--proposed-by", "centre/0412", "--confirmed-by", "office/0413")


@pytest.fixture
def database_url(servers: Servers) -> str:
    """A database with dispatch's tables and nothing in them."""
    url = servers.make_database("dispatch")
    db.migrate(service.migrations, url)
    return url


@pytest.fixture
def run(database_url: str, environment: dict[str, str]) -> Run:
    """Runs the command as an operator does."""

    def command(*arguments: str, **changes: str | None) -> Result:
        said = {**environment, "BBCS_DISPATCH_DATABASE_URL": database_url, **changes}
        return CliRunner().invoke(app, arguments, env=said)

    return command


@pytest.fixture
def folder(tables: Tables, tmp_path: Path) -> Path:
    """A folder with the sample tables."""
    for name, said in tables().items():
        (tmp_path / name).write_bytes(said)
    return tmp_path


def told(database_url: str) -> list[Fact]:
    """Keys and bodies of what was told."""

    async def look() -> list[Any]:
        connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
        try:
            return list(await connection.fetch("SELECT key, body FROM log ORDER BY position"))
        finally:
            await connection.close()

    return [(row["key"], row["body"]) for row in asyncio.run(look())]


def confirm(database_url: str, proposal_id: str) -> None:
    """Let a second person confirm a proposal, as over HTTP."""

    async def confirmed() -> None:
        settings = service.settings.model_validate({"database_url": database_url, "kafka_servers": "", "redis_url": ""})
        running = Running(service, settings, doors=())
        async with running.work() as work:
            await usecases.confirm_proposal(work, "office/0413", UUID(proposal_id))
        await running.database.close()

    asyncio.run(confirmed())


def said(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout.splitlines()[-1])


def ended(result: Result, how: type[Exception]) -> str:
    assert isinstance(result.exception, how)
    return str(result.exception)


def test_the_sample_is_imported_once(run: Run, folder: Path, database_url: str) -> None:
    first, again = [said(run("import", str(folder), "--json")) for _ in range(2)]
    assert (first["version"], first["changed"]) == (1, {"units": 4, "places": 4, "matters": 3})
    assert (again["version"], again["changed"]) == (1, {"units": 0, "places": 0, "matters": 0})
    assert len(told(database_url)) == 11


def test_topics_and_users_of_new_units_are_there_afterwards(run: Run, folder: Path, servers: Servers) -> None:
    units = folder / "units.csv"
    units.write_text(units.read_text("utf-8") + "brand-new,样例新局,department,,123101510000000028\n", "utf-8")
    outcome = said(run("import", str(folder), "--json"))
    assert "brand-new" in outcome["without_password"]
    assert "hrss" not in outcome["without_password"]
    admin = Login(servers.kafka_servers, servers.kafka_security, servers.kafka_username, servers.kafka_password)
    assert "dispatch.brand-new" in Cluster(admin).topics()


def test_without_the_super_user_s_password_nothing_is_imported(run: Run, folder: Path, database_url: str) -> None:
    sentence = ended(run("import", str(folder), BBCS_ADMIN_KAFKA_PASSWORD=None), Unable)
    assert sentence.startswith("Nothing was done, 4 new units need topics of their own.")
    assert "BBCS_ADMIN_KAFKA_PASSWORD" in sentence
    assert told(database_url) == []


def test_a_change_without_new_units_needs_no_super_user(run: Run, folder: Path, database_url: str) -> None:
    run("import", str(folder))
    ownership = folder / "ownership.csv"
    ownership.write_text(ownership.read_text("utf-8").replace("000111001001,310151000000,hrss\n", ""), "utf-8")
    outcome = said(run("import", str(folder), *TWO, "--json", BBCS_ADMIN_KAFKA_PASSWORD=None))
    assert (outcome["version"], outcome["changed"]) == (2, {"units": 0, "places": 0, "matters": 1})
    assert [key for key, _ in told(database_url)[11:]] == ["matter.000111001001"]


def test_what_is_gone_is_told_as_such(run: Run, folder: Path, database_url: str) -> None:
    run("import", str(folder))
    for name, lines in (("units.csv", ("town-b",)), ("places.csv", ("310151102000",))):
        kept = [line for line in (folder / name).read_text("utf-8").splitlines() if not line.startswith(lines)]
        (folder / name).write_text("\n".join(kept), "utf-8")
    said(run("import", str(folder), *TWO, "--json"))
    assert {(key, json.loads(body)["listed"]) for key, body in told(database_url)[11:]} == {
        ("unit.town-b", False),
        ("place.310151102000", False),
    }


def without(folder: Path, name: str, start: str) -> None:
    """Take the lines away that begin like this."""
    kept = [line for line in (folder / name).read_text("utf-8").splitlines() if not line.startswith(start)]
    (folder / name).write_text("\n".join(kept), "utf-8")


def test_what_holds_is_not_changed_by_one_person(run: Run, folder: Path, database_url: str) -> None:
    run("import", str(folder))
    without(folder, "ownership.csv", "000111001001")
    assert "bbcs directory propose" in ended(run("import", str(folder)), Unable)
    assert "--proposed-by" in ended(run("import", str(folder), "--proposed-by", "office/1"), Unable)
    assert "--proposed-by" in ended(run("import", str(folder), *TWO[:2], "--confirmed-by", "centre/1"), Unable)
    same = ("--proposed-by", "office/1", "--confirmed-by", "office/1")
    assert ended(run("import", str(folder), *same), Refused) == "second-person.same"
    assert len(told(database_url)) == 11
    assert said(run("import", str(folder), *TWO, "--json"))["version"] == 2
    second = said(run("versions", "--json"))[1]
    assert (second["proposed_by"], second["confirmed_by"]) == ("centre/0412", "office/0413")
    assert "office/0413" in run("versions").stdout


def proposing(folder: Path, *more: str) -> tuple[str, ...]:
    return ("propose", str(folder), "--officer", "0412", "--basis", "沪崇政办〔2026〕12号", *more)


def test_tables_are_proposed_as_what_they_say_otherwise(run: Run, folder: Path, database_url: str) -> None:
    run("import", str(folder))
    assert ended(run(*proposing(folder)), Unable).startswith("Nothing is proposed")
    without(folder, "units.csv", "town-b")
    without(folder, "places.csv", "310151102000")
    made = said(run(*proposing(folder, "--successor", "town-b=town-a", "--by", "centre", "--json")))
    assert (made["state"], made["by"], made["against"], made["changes"]) == ("proposed", "centre/0412", 1, 2)
    assert said(run(*proposing(folder, "--successor", "town-b=town-a", "--by", "centre", "--json"))) == made
    assert made["proposal_id"] in run(*proposing(folder, "--successor", "town-b=town-a", "--by", "centre")).stdout
    assert len(told(database_url)) == 11


def test_what_cannot_be_proposed_is_said_at_once(run: Run, folder: Path) -> None:
    run("import", str(folder))
    without(folder, "units.csv", "town-b")
    wrong = run(*proposing(folder, "--json"))
    assert wrong.exit_code == 1
    assert [one["code"] for one in json.loads(wrong.stdout)["problems"]] == ["unit.unknown"]
    without(folder, "places.csv", "310151102000")
    strange = run(*proposing(folder, "--successor", "town-b=nobody"))
    assert (strange.exit_code, "successor.unknown" in strange.stdout) == (1, True)
    assert "OLD=NEW" in ended(run(*proposing(folder, "--successor", "town-b")), Unable)
    assert "--effective-at" in ended(run(*proposing(folder, "--effective-at", "tomorrow")), Unable)
    assert "effective_at" in ended(run(*proposing(folder, "--effective-at", "2099-01-01T00:00:00")), Unable)
    past = proposing(folder, "--effective-at", "2020-01-01T00:00:00+08:00")
    assert ended(run(*past), Refused) == "time.past"


def test_tables_are_tried_before_anybody_proposes_them(run: Run, folder: Path) -> None:
    run("import", str(folder))
    assert said(run("dry-run", str(folder), "--json")) == {"examined": 0, "rerouted": [], "inherited": []}
    without(folder, "units.csv", "town-b")
    without(folder, "places.csv", "310151102000")
    tried = said(run("dry-run", str(folder), "--last", "5", "--successor", "town-b=town-a", "--json"))
    assert tried["inherited"] == [{"unit": "town-b", "leads": 0, "helps": 0, "successor": "town-a"}]
    assert "town-b ends: 0 open tickets to the manual queue" in run("dry-run", str(folder)).stdout


def test_topics_of_a_confirmed_new_unit_are_made_and_it_is_in_force(
    run: Run, folder: Path, servers: Servers, database_url: str
) -> None:
    run("import", str(folder))
    units = folder / "units.csv"
    units.write_text(units.read_text("utf-8") + "newer,样例新局,department,,123101510000000028\n", "utf-8")
    made = said(run(*proposing(folder, "--json")))
    assert said(run("provide", "--json"))["provided"] == []
    confirm(database_url, made["proposal_id"])
    assert ended(run("provide", BBCS_ADMIN_KAFKA_PASSWORD=None), Unable).startswith("Nothing was done, 1 new units")
    assert len(told(database_url)) == 11
    done = said(run("provide", "--json"))
    assert done == {"provided": ["newer"], "without_password": ["newer"]}
    admin = Login(servers.kafka_servers, servers.kafka_security, servers.kafka_username, servers.kafka_password)
    assert {"dispatch.newer", "actions.newer"} <= Cluster(admin).topics().keys()
    assert [key for key, _ in told(database_url)[11:]] == ["unit.newer"]


def test_no_unit_waits_for_topics(run: Run, folder: Path) -> None:
    run("import", str(folder))
    assert said(run("provide", "--json")) == {"provided": [], "without_password": []}
    assert "No unit waits" in run("provide").stdout


def test_everything_that_is_wrong_is_shown_and_nothing_imported(run: Run, folder: Path, database_url: str) -> None:
    (folder / "places.csv").unlink()
    with (folder / "units.csv").open("a", encoding="utf-8") as units:
        units.write("tax,局,bureau,,123101510000000029\n")
    plain = run("import", str(folder))
    assert plain.exit_code == 1
    assert "credit-code.check-digit" in plain.stdout
    result = run("import", str(folder), "--json")
    problems = json.loads(result.stdout)["problems"]
    assert result.exit_code == 1
    assert [(one["file"], one["line"], one["column"], one["code"]) for one in problems][:2] == [
        ("ownership.csv", 2, "place", "place.unknown"),
        ("ownership.csv", 3, "place", "place.unknown"),
    ]
    assert ("units.csv", 6, "kind", "kind.unknown") in {
        (one["file"], one["line"], one["column"], one["code"]) for one in problems
    }
    assert told(database_url) == []


def test_a_file_that_cannot_be_read_is_named(run: Run, folder: Path) -> None:
    (folder / "units.csv").unlink()
    (folder / "units.csv").mkdir()
    assert "units.csv cannot be read" in ended(run("import", str(folder)), Unable)


def test_a_route_is_explained(run: Run, folder: Path) -> None:
    run("import", str(folder))
    asked = ("--matter", "000111002001", "--place", "310230101077")
    assert said(run("route", *asked, "--json")) == {
        "unit": "town-a",
        "rule": "matter-owner",
        "matched_place": "310151101000",
        "queue_reason": None,
        "directory_version": 1,
    }
    assert said(run("route", *asked, "--version", "0", "--json"))["queue_reason"] == "unknown-place"
    assert "town-a: matter-owner at 310151101000, directory version 1" in run("route", *asked).stdout
    assert "manual queue: no-matter-no-place" in run("route").stdout
    assert ended(run("route", "--matter", "1"), Refused) == "matter.malformed"
    assert ended(run("route", "--version", "2"), Refused) == "directory.version-unknown"


def test_what_holds_and_what_held_is_shown(run: Run, folder: Path) -> None:
    run("import", str(folder))
    assert [one["version"] for one in said(run("versions", "--json"))] == [1]
    assert "2026" in run("versions").stdout
    for kind, entry in (("units", "样例人社局"), ("places", "样例甲村"), ("matters", "社保登记, 办社保")):
        assert entry in run("show", kind).stdout
        assert said(run("show", kind, "--json"))["version"] == 1
    assert said(run("show", "--version", "0", "--json")) == {"version": 0, "units": []}


def test_without_its_database_it_says_so_in_a_sentence(run: Run) -> None:
    nowhere = "postgresql+asyncpg://dispatch:secret@127.0.0.1:1/dispatch"
    sentence = ended(run("versions", BBCS_DISPATCH_DATABASE_URL=nowhere), Unable)
    assert "is the stack up" in sentence
    assert "secret" not in sentence


def test_without_its_tables_it_says_so_in_a_sentence(run: Run, servers: Servers) -> None:
    result = run("versions", BBCS_DISPATCH_DATABASE_URL=servers.make_database("dispatch"))
    assert "--migrate" in ended(result, Unable)
