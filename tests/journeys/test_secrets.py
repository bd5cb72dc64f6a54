"""What a person said stands nowhere but on the channel's own topic and, sealed, with intake (rules 7)."""

import json

import httpx2
from aiokafka import ConsumerRecord
from tests.deployment import SERVICES, until
from tests.journeys.conftest import Town
from tests.load.bus import Reader, is_channel
from tests.load.complaints import Again, Form, Said
from tests.load.pipeline import speaking

NAME, PHONE, SENTENCE = "司空不寻常", "13800002468", "我的檀木匣子锁在三号柜台后面"
PLANTED = [NAME, PHONE, SENTENCE]
_PATIENCE_S = 60


async def test_what_a_person_said_is_in_no_topic_no_log_and_no_metric(town: Town) -> None:
    accepted, refused = _planted(town), _planted(town) | {"urgent": PLANTED}
    codes: list[str] = []
    parked = Reader(town.district.login("operator"), lambda topic: topic == "channels.window.parked")
    await parked.skip()
    await town.submit(_planted(town))
    await _refused(town, refused)
    async with speaking(town.district) as speaker:
        await speaker.say([_said(accepted), _said(refused), _said(accepted | {"text": SENTENCE + "!"})])
    await until(lambda: _parked(parked, codes), _PATIENCE_S, "what is refused to be parked")
    await parked.close()
    await _nowhere(town)


def _planted(town: Town) -> Form:
    """A complaint of a person whom nobody else is called like."""
    form, _, _ = town.one("window")
    return form | {"reporter": {"kind": "citizen", "name": NAME, "phone": PHONE}, "subject": NAME, "text": SENTENCE}


def _said(form: Form) -> Said:
    return Said("window", form["source_id"].encode(), json.dumps(form).encode(), Again())


async def _refused(town: Town, form: Form) -> None:
    answer = await town.intake.post("/v1/complaints", json=form, headers=town.district.bearer("channel.window"))
    assert answer.status_code == httpx2.codes.UNPROCESSABLE_CONTENT
    assert not _found(answer.content)


async def _parked(parked: Reader, codes: list[str]) -> bool:
    """Whether each message of the person is told to be parked."""
    await parked.read(lambda record: codes.append(json.loads(record.value)["code"]))
    return sorted(codes) == ["complaint.different-body", "complaint.invalid"]


async def _nowhere(town: Town) -> None:
    """Look through every topic but the channels' own, every log and every metric."""
    said: list[bytes] = []
    reader = Reader(town.district.login("admin"), lambda topic: not is_channel(topic) and not topic.startswith("__"))
    await reader.read(lambda record: said.extend(_all(record)))
    await reader.close()
    assert said
    assert not _found(b"\n".join(said))
    for service, client in zip(SERVICES, (town.intake, town.dispatch), strict=True):
        assert not _found(town.district.log(service).read_bytes())
        assert not _found((await client.get("/metrics")).content)


def _all(record: ConsumerRecord) -> tuple[bytes, bytes, bytes]:
    return repr(record.headers).encode(), record.key or b"", record.value or b""


def _found(written: bytes) -> list[str]:
    """What of the person stands there, as it is or as JSON escapes it."""
    escaped = (json.dumps(one).strip('"') for one in PLANTED)
    return [one for one in (*PLANTED, *escaped) if one.encode() in written]
