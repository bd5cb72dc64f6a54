"""Departments that have no code of ours finish tickets through Kafka and intake alone (docs/departments.md)."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from tests.deployment import ROOT
from tests.journeys.conftest import Town
from tests.journeys.programs import PYTHON, UV, Command, made, run
from tests.load.bus import Login, Reader, is_channel
from tests.load.complaints import Again, Said
from tests.load.pipeline import speaking

CHANNEL = "citizen-app"
SENTENCE = "窗口说系统里查不到我的檀木匣子登记"
REPLY = "您反映的事项已经办理完毕，结果可到窗口领取。"
_DONE_S = 60


@dataclass(frozen=True)
class Department:
    """A folder of examples: the programs that it needs, how it is made ready, and how it is started."""

    language: str
    needs: Command
    make: tuple[Command, ...]
    start: Command

    @property
    def folder(self) -> Path:
        return ROOT / "examples" / f"department-{self.language}"


DEPARTMENTS = (
    Department(
        "python",
        (UV,),
        PYTHON,
        (".venv/bin/python", "department.py", "--tickets", "1"),
    ),
    Department(
        "javascript",
        ("node", "npm"),
        (("npm", "ci", "--no-audit", "--no-fund"),),
        ("node", "department.js", "--tickets", "1"),
    ),
    Department(
        "java",
        ("mvn", "javac"),
        (("mvn", "-q", "-B", "compile"),),
        ("mvn", "-q", "-B", "compile", "exec:java", "-Dexec.args=--tickets 1"),
    ),
)


@pytest.mark.parametrize("department", DEPARTMENTS, ids=lambda one: one.language)
async def test_a_department_finishes_a_ticket(town: Town, department: Department, tmp_path: Path) -> None:
    home = await _made(department, tmp_path / department.language)
    unit, source_id = await _published(town)
    said = await run(department.start, home, _settings(town, unit), _DONE_S)
    assert "finish" in said
    complaint_id = await _complaint(town, source_id)
    await _is_finished(town, unit, complaint_id)
    assert not _found(said.encode())
    assert await _topics_that_say_it(town) == {f"channels.{CHANNEL}"}


async def _made(department: Department, home: Path) -> Path:
    """A copy of the example with what it depends on."""
    for program in department.needs:
        assert shutil.which(program), f"{program} is missing: the department in {department.language} needs it"
    return await made(department.folder, department.make, home)


async def _published(town: Town) -> tuple[str, str]:
    """Say a complaint on the channel's topic for a unit that is done with all it had: the unit, and the source id."""
    form, said, unit = town.one(CHANNEL)
    await _done_so_far(town.login_of(unit), f"dispatch.{unit}")
    value = json.dumps(form | {"text": SENTENCE}).encode()
    async with speaking(town.district) as speaker:
        await speaker.say([Said(CHANNEL, said.key, value, Again())])
    return unit, said.key.decode()


async def _done_so_far(login: Login, topic: str) -> None:
    """Let the unit's own system stand at the end of its topic."""
    consumer = AIOKafkaConsumer(**login.arguments(), group_id=login.username, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 0)])
        await consumer.commit(await consumer.end_offsets([TopicPartition(topic, 0)]))
    finally:
        await consumer.stop()


def _settings(town: Town, unit: str) -> dict[str, str]:
    """What the centre gives to a department."""
    login = town.login_of(unit)
    return {
        "BOOTSTRAP": login.servers,
        "UNIT": unit,
        "PASSWORD": login.password,
        "INTAKE_URL": town.district.url("intake"),
        "INTAKE_KEY": town.district.keys[f"unit.{unit}"],
    }


async def _complaint(town: Town, source_id: str) -> str:
    key = town.district.bearer(f"channel.{CHANNEL}")
    answer = await town.intake.get("/v1/receipts", params={"source_id": source_id}, headers=key)
    [receipt] = answer.raise_for_status().json()
    return str(receipt["complaint_id"])


async def _is_finished(town: Town, unit: str, complaint_id: str) -> None:
    """The ticket names a reply that the unit has sealed with intake."""
    centre = town.district.bearer("centre")
    tickets = await town.dispatch.get("/v1/tickets", params={"complaint_id": complaint_id}, headers=centre)
    [ticket] = tickets.raise_for_status().json()
    assert (ticket["state"], ticket["unit"]) == ("finished", unit)
    url = f"/v1/complaints/{complaint_id}/texts"
    written = (await town.intake.get(url, headers=centre)).raise_for_status().json()
    assert [(one["kind"], one["author"]) for one in written] == [
        (kind, f"unit.{unit}") for kind in ("note", "reply", "note")
    ]
    reply = f"{url}/{ticket['handling']['reply_id']}"
    opened = await town.intake.get(reply, params={"purpose": "supervision"}, headers=centre)
    assert (opened.raise_for_status().json()["kind"], opened.json()["text"]) == ("reply", REPLY)


async def _topics_that_say_it(town: Town) -> set[str]:
    """The topics on which the complaint's sentence or the reply stands, of all that there are."""
    found: set[str] = set()

    def look(record: ConsumerRecord) -> None:
        if _found(repr(record.headers).encode() + (record.key or b"") + (record.value or b"")):
            found.add(record.topic)

    reader = Reader(town.district.login("admin"), lambda topic: not topic.startswith("__"))
    try:
        await reader.read(look)
    finally:
        await reader.close()
    assert all(map(is_channel, found))
    return found


def _found(written: bytes) -> bool:
    """Whether the sentence or the reply stands there, as it is or as JSON escapes it."""
    escaped = (json.dumps(one).strip('"') for one in (SENTENCE, REPLY))
    return any(one.encode() in written for one in (SENTENCE, REPLY, *escaped))
