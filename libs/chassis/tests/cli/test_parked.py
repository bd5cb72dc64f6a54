"""`bbcs parked`, over the databases of both services: what one of them could not take, the operator settles."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import entry_points
from typing import Any
from uuid import UUID

import pytest

from chassis import audit
from chassis.cli.databases import variable
from chassis.clock import new_id
from chassis.consumer import Facts, Message, Messages
from chassis.db import Database, migrate, rows
from chassis.parking import Parked, Parking
from chassis.vault import Vault
from contracts.topics import SERVICES
from stack.testing.servers import Servers

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
WORDS = "张三，电话 13800000000"
FACTS, CHANNELS = Facts("complaints"), Messages("channels.window", parse=repr, personal=True)
VAULT = Vault({"a": b"a" * 32}, "a", b"b" * 32)


@dataclass(frozen=True)
class Desk:
    """The command with both services' databases, and the ids of what is parked there."""

    bbcs: Any
    unknown: str
    behind: str
    words: str

    def open(self, *arguments: str) -> list[Any]:
        return list(self.bbcs("parked", "list", *arguments, "--json").json)

    def one(self, parked_id: str) -> Any:
        return self.bbcs("parked", "show", parked_id, "--json").json

    def rows(self, service: str, sql: str) -> Any:
        return asyncio.run(_rows(self.bbcs.environment[variable(service)], sql))


async def _rows(url: str, sql: str) -> Any:
    database = Database(url, "test")
    async with database.transaction() as session:
        found = await rows(session, sql)
    await database.close()
    return found


async def _park(url: str, consumer: Facts | Messages, *codes: str) -> list[str]:
    database, parking = Database(url, "test"), Parking(consumer, VAULT)
    message = [_message(consumer, offset) for offset in range(len(codes))]
    parked = [Parked(one, code, ("reporter.phone: missing",)) for one, code in zip(message, codes, strict=True)]
    async with database.transaction() as session:
        told, _ = await parking.park(session, parked, NOW, lambda: new_id(NOW))
    await database.close()
    return [str(fact.parked_id) for fact in told]


def _message(consumer: Facts | Messages, offset: int) -> Message:
    return Message(consumer.topics[0], 2, offset, 0, WORDS.encode(), (("x", WORDS.encode()),), WORDS.encode())


def _database(servers: Servers, service: str) -> str:
    (point,) = entry_points(group="bbcs.services", name=service)
    url = servers.make_database(service)
    migrate(point.load().migrations, url)
    return url


@pytest.fixture(scope="module")
def urls(servers: Servers) -> dict[str, str]:
    return {service: _database(servers, service) for service in SERVICES}


@pytest.fixture
def desk(urls: dict[str, str], bbcs: Any) -> Desk:
    """A fact of an unknown type with another one behind it, and a submission that is no JSON."""
    for service, url in urls.items():
        bbcs.environment[variable(service)] = url
        asyncio.run(_rows(url, "DELETE FROM parked"))
    unknown, behind = asyncio.run(_park(urls["dispatch"], FACTS, "fact.unknown-type", "fact.behind-parked"))
    (words,) = asyncio.run(_park(urls["intake"], CHANNELS, "complaint.not-json"))
    return Desk(bbcs, unknown, behind, words)


def test_what_is_parked_anywhere_is_listed_with_its_place_and_reason(desk: Desk) -> None:
    shown = {one["id"]: one for one in desk.open()}
    assert shown.keys() == {desk.unknown, desk.behind, desk.words}
    one = shown[desk.words]
    assert (one["service"], one["topic"], one["partition"], one["offset"]) == ("intake", "channels.window", 2, 0)
    assert (one["code"], one["fields"], one["state"]) == ("complaint.not-json", ["reporter.phone: missing"], "waiting")


def test_filters_narrow_the_list(desk: Desk) -> None:
    assert [one["id"] for one in desk.open("--code", "complaint.not-json")] == [desk.words]
    assert [one["id"] for one in desk.open("--topic", "complaints", "-n", "1")] == [desk.unknown]
    assert desk.open("--topic", "elsewhere") == []


@pytest.mark.parametrize("json", [[], ["--json"]])
def test_nobodys_words_are_shown(desk: Desk, json: list[str]) -> None:
    shown = [desk.bbcs("parked", "list", *json), desk.bbcs("parked", "show", desk.words, *json)]
    assert all(answer.code == 0 and desk.words in answer.out for answer in shown)
    assert not [answer for answer in shown if "张三" in answer.out or "13800000000" in answer.out]


def test_the_reason_is_explained_to_people(desk: Desk) -> None:
    assert "诉求内容不是有效的 JSON" in desk.bbcs("parked", "show", desk.words).out


def test_one_is_put_back(desk: Desk) -> None:
    assert [one["id"] for one in desk.bbcs("parked", "retry", desk.unknown, "--json").json] == [desk.unknown]
    assert {one["id"]: one["state"] for one in desk.open()} == {
        desk.unknown: "retry",
        desk.behind: "waiting",
        desk.words: "waiting",
    }


def test_all_are_put_back_and_what_waits_behind_follows_by_itself(desk: Desk) -> None:
    put_back = {one["id"] for one in desk.bbcs("parked", "retry", "--all", "--json").json}
    assert put_back == {desk.unknown, desk.words}


def test_one_is_dismissed_with_its_reason_on_record(desk: Desk) -> None:
    done = desk.bbcs("parked", "dismiss", desk.unknown, "--reason", "sent by a test channel")
    assert done.out == "1 messages are dismissed.\n"
    one = desk.one(desk.unknown)
    assert (one["state"], one["reason"]) == ("dismissed", "sent by a test channel")
    assert one["settled_by"].startswith("operator")
    assert desk.unknown not in {one["id"] for one in desk.open()}
    assert desk.unknown in {one["id"] for one in desk.open("--all")}


def test_a_dismissal_stands_in_the_audit_trail(desk: Desk) -> None:
    desk.bbcs("parked", "dismiss", "--code", "complaint.not-json", "--reason", "empty")
    trail = desk.rows("intake", "SELECT principal, action, subject, purpose FROM audit")
    assert ("operator", "message.dismiss", desk.words, "empty") in [tuple(row) for row in trail]
    assert asyncio.run(_verified(desk.bbcs.environment["BBCS_INTAKE_DATABASE_URL"])).holds


async def _verified(url: str) -> audit.Verdict:
    database = Database(url, "test")
    async with database.transaction() as session:
        verdict = await audit.verify(session)
    await database.close()
    return verdict


def test_settled_ones_stay_settled(desk: Desk) -> None:
    desk.bbcs("parked", "dismiss", desk.unknown, "--reason", "empty")
    again = desk.bbcs("parked", "retry", desk.unknown)
    assert again.code == 1
    assert desk.one(desk.unknown)["state"] == "dismissed"


@pytest.mark.parametrize(
    "arguments",
    [
        ["retry"],
        ["retry", "--all", "--code", "fact.unreadable"],
        ["retry", "--code", "no-such-code"],
        ["dismiss", "--all", "--reason", " "],
        ["show", str(UUID(int=1))],
    ],
)
def test_what_is_not_clear_is_one_sentence(desk: Desk, arguments: list[str]) -> None:
    answer = desk.bbcs("parked", *arguments)
    assert (answer.code, answer.out, len(answer.err.splitlines())) == (1, "", 1)


def test_dismissing_needs_a_reason(desk: Desk) -> None:
    assert desk.bbcs("parked", "dismiss", "--all").code != 0
    assert len(desk.open()) == 3


def test_a_database_that_does_not_answer_is_a_sentence(desk: Desk) -> None:
    desk.bbcs.environment["BBCS_INTAKE_DATABASE_URL"] = "postgresql+asyncpg://intake:x@127.0.0.1:9/intake"
    answer = desk.bbcs("parked", "list")
    assert answer.code == 1
    assert answer.err.startswith("The database of intake does not answer")


def test_after_a_loss_every_log_is_told_again(desk: Desk) -> None:
    dispatch = "SELECT high, holes, generation FROM log_cursor"
    (before,) = desk.rows("dispatch", dispatch)
    done = desk.bbcs("topics", "rebuild", "--units", "alpha,alpha-two,beta", "--json").json
    (after,) = desk.rows("dispatch", dispatch)
    assert done["told_again"].keys() == set(SERVICES)
    assert (after.high, after.holes, after.generation) == (0, "[]", before.generation + 1)
