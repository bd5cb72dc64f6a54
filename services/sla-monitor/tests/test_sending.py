"""Messages get there once, whatever the receiver does: slow, dead, wrong, or gone before it has answered."""

import base64
import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.clock import SystemClock
from chassis.telemetry import metrics
from chassis.testing import DROP, Receiver, lives, until
from contracts.refusals import Refused
from contracts.vocabulary import Complexity, Light
from sla_monitor import jobs, usecases
from sla_monitor.clients import Answer
from sla_monitor.domain import RecipientKind


def same_day() -> tuple[Any, ...]:
    """A ticket that is accepted on Tuesday at ten, due at five: its handling is born yellow."""
    return lives.opened(), lives.dispatched("24 09:30"), lives.accepted("24 10:00", Complexity.SIMPLE)


async def a_light(post: Any, number: int = 1) -> None:
    """A ticket has turned yellow, and whoever is to be told has a message."""
    facts = [one.model_copy(update={"ticket_id": UUID(int=number)}) for one in same_day()]
    await post.act(lambda work: usecases.follow(work, facts))
    await post.act(usecases.notifying.gather)


async def standing(post: Any, name: str = "desk") -> Any:
    """How telling a recipient goes."""
    found = await post.act(usecases.recipients.recipients)
    return next(one for one in found if one.recipient.name == name)


def ids(receiver: Receiver) -> list[str]:
    return [one.headers["webhook-id"] for one in receiver.calls]


async def test_a_call_is_signed_by_each_of_its_keys(post: Any) -> None:
    await post.tells(lights=(Light.YELLOW,))
    await a_light(post)
    await post.send()
    [call] = post.receiver.calls
    at = call.headers["webhook-timestamp"]
    assert int(at) == int(lives.at("24 10:00").timestamp())
    signed = f"{call.headers['webhook-id']}.{at}.".encode() + call.body
    made = [hmac.new(name * 12, signed, hashlib.sha256).digest() for name in (b"new", b"old")]
    assert call.headers["webhook-signature"] == " ".join(f"v1,{base64.b64encode(one).decode()}" for one in made)
    assert call.headers["content-type"] == "application/json"


@pytest.mark.parametrize("answer", [500, 503, 408, 429, 302, DROP])
async def test_what_may_get_better_is_sent_again_under_its_id_less_and_less_often(post: Any, answer: int) -> None:
    await post.tells(lights=(Light.YELLOW,))
    await a_light(post)
    post.receiver.status = answer
    pauses = []
    for _ in range(9):
        await post.send()
        stands = await standing(post)
        pauses.append(stands.again_at - post.harness.clock.now())
        assert await post.send() == []
        post.harness.clock.set(stands.again_at)
    for failures, pause in enumerate(pauses):
        whole = min(timedelta(seconds=10 * 2**failures), timedelta(minutes=15))
        assert whole / 2 <= pause <= whole
    post.receiver.status = 200
    await post.send()
    assert (len(ids(post.receiver)), len({*ids(post.receiver)})) == (10, 1)
    assert len({one.body for one in post.receiver.calls}) == 1
    stands = await standing(post)
    assert (stands.message, stands.failures, stands.again_at) == (None, 0, None)


async def test_a_refused_message_waits_for_an_operator_and_is_sent_again_under_its_id(post: Any) -> None:
    await post.tells(lights=(Light.YELLOW,))
    await a_light(post)
    post.receiver.status = 400
    await post.send()
    post.at("25 10:00")
    await a_light(post, 2)
    assert await post.send() == []
    message = (await standing(post)).message
    assert (message.state, message.status, message.attempts) == ("refused", 400, 1)
    post.receiver.status = 200
    await post.act(lambda work: usecases.recipients.retry(work, "desk", "office/1"))
    await post.send()
    assert len({*ids(post.receiver)}) == 1
    with pytest.raises(Refused, match=r"message\.not-refused"):
        await post.act(lambda work: usecases.recipients.retry(work, "desk", "office/1"))


async def test_a_refused_message_is_given_up_and_the_next_one_follows(post: Any) -> None:
    await post.tells(lights=(Light.YELLOW,))
    await a_light(post)
    post.receiver.status = 404
    await post.send()
    await a_light(post, 2)
    await post.act(lambda work: usecases.recipients.dismiss(work, "desk", "office/1", "地址已停用"))
    post.receiver.status = 200
    await post.tick()
    first, second = (json.loads(one.body)["data"]["tickets"] for one in post.receiver.calls)
    assert ([one["ticket_id"] for one in first], [one["ticket_id"] for one in second]) == (
        [str(UUID(int=1))],
        [str(UUID(int=2))],
    )


async def test_a_key_or_gateway_that_the_settings_lack_is_shown_and_nothing_leaves(post: Any) -> None:
    await post.tells("keyless", lights=(Light.YELLOW,), keys=("lost",))
    await post.tells("mute", lights=(Light.YELLOW,), kind=RecipientKind.SMS, address="duty-3", keys=())
    await a_light(post)
    kit = post.harness.running.kit
    post.harness.running.kit = replace(kit, outside=replace(kit.outside, sms_url=None))
    await post.send()
    assert post.receiver.calls == []
    assert [(await standing(post, name)).message.code for name in ("keyless", "mute")] == ["key-unknown", "no-gateway"]


async def test_the_gateway_is_given_the_duty_number_and_a_sentence_without_people(post: Any) -> None:
    await post.tells("duty", lights=(Light.YELLOW,), kind=RecipientKind.SMS, address="duty-3", keys=())
    await a_light(post)
    await post.send()
    [call] = post.receiver.calls
    said = json.loads(call.body)
    assert call.headers["authorization"] == "Bearer gateway"
    assert call.headers["idempotency-key"] == said["message_id"]
    assert (said["duty"], said["text"]) == (
        "duty-3",
        f"【办不成事】办理时限黄灯：工单{UUID(int=1)}，承办hrss，11月24日17:00到期。",
    )


async def test_one_that_hangs_or_is_gone_holds_nobody_up(post: Any) -> None:
    async with Receiver.listening() as dead:
        dead.hurry.clear()
        await post.tells("hanging", lights=(Light.YELLOW,), address=dead.url)
        await post.tells("gone", lights=(Light.YELLOW,), address="http://127.0.0.1:1/")
        await post.tells("quick", lights=(Light.YELLOW,))
        await a_light(post)
        async with post.harness.doors("jobs"):
            await until(lambda: _as_soon_as(post.receiver.calls))
            assert dead.waiting
            await until(lambda: _settled(post, "hanging", "too-slow"))
            await until(lambda: _settled(post, "gone", "unreachable"))
    assert len(post.receiver.calls) == 1


async def _as_soon_as(found: Any) -> Any:
    return found


async def _settled(post: Any, name: str, code: str) -> bool:
    message = (await standing(post, name)).message
    return message is not None and message.code == code


async def test_two_instances_never_send_a_message_at_the_same_moment(post: Any) -> None:
    await post.tells(lights=(Light.YELLOW,))
    post.receiver.hurry.clear()
    await a_light(post)
    async with post.harness.doors("jobs"), post.harness.doors("jobs"):
        await until(lambda: _as_soon_as(post.receiver.calls))
        assert await post.send() == []
        await until(lambda: _settled(post, "desk", "too-slow"))
        post.receiver.hurry.set()
        post.at("24 10:15")
        await until(lambda: _got_there(post))
    assert post.receiver.most_at_once == 1
    assert (len(post.receiver.calls), len({*ids(post.receiver)})) == (2, 1)


async def test_the_running_service_tells_by_itself_of_all_at_once(post: Any) -> None:
    """It follows no topic here: what others told on `tickets` is nobody's to take."""
    alone = tuple(replace(one, follows=()) for one in (jobs.gather, jobs.count))
    post.harness.service = replace(post.harness.service, jobs=alone)
    await post.tells(lights=(Light.YELLOW,))
    facts = [one.model_copy(update={"ticket_id": UUID(int=number)}) for number in range(1, 31) for one in same_day()]
    await post.act(lambda work: usecases.follow(work, facts))
    async with post.harness.doors("jobs"), post.harness.doors("jobs"):
        await until(lambda: _got_there(post))
        await until(lambda: _as_soon_as(post.receiver.calls))
    [call] = post.receiver.calls
    assert json.loads(call.body)["data"]["clocks"] == 30


async def test_whoever_lost_the_message_to_another_has_no_say(post: Any) -> None:
    """A process that was frozen for longer than its lease comes back with an answer."""
    await post.tells(lights=(Light.YELLOW,))
    await a_light(post)
    [late] = await post.act(lambda work: usecases.notifying.claim(work, 9))
    assert await post.act(lambda work: usecases.notifying.claim(work, 9)) == []
    await post.rows("UPDATE message SET leased_until = clock_timestamp()")
    [newer] = await post.act(lambda work: usecases.notifying.claim(work, 9))
    await post.act(lambda work: usecases.notifying.settle(work, late, Answer(400)))
    assert (await standing(post)).message.state == "waiting"
    await post.act(lambda work: usecases.notifying.settle(work, newer, Answer(200)))
    await post.act(lambda work: usecases.notifying.settle(work, newer, Answer(500)))
    stands = await standing(post)
    assert (stands.message, stands.failures) == (None, 0)


async def test_silence_holds_back_what_is_on_its_way_too(post: Any) -> None:
    await post.tells(lights=(Light.YELLOW,), unit="hrss")
    await a_light(post)
    end = lives.at("24 12:00")
    made = await post.act(lambda work: usecases.recipients.silence(work, "hrss", end, "检修", "office/1"))
    assert await post.send() == []
    await post.act(lambda work: usecases.recipients.end_silence(work, made.silence_id, "office/1"))
    assert len(await post.send()) == 1


async def _got_there(post: Any) -> bool:
    return (await standing(post)).message is None


async def test_killed_after_it_was_sent_the_same_message_is_sent_again(post: Any, tmp_path: Path) -> None:
    """A process of its own is killed while the receiver has the call and has not answered."""
    await post.tells(lights=(Light.YELLOW,))
    await a_light(post)
    post.receiver.hurry.clear()
    first = _process(post, tmp_path)
    try:
        await until(lambda: _as_soon_as(post.receiver.calls))
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait(timeout=20)
    post.receiver.hurry.set()
    assert await post.send() == [], "somebody else may be at it until the lease is over"
    await post.rows("UPDATE message SET leased_until = clock_timestamp()")
    await post.send()
    assert (len(post.receiver.calls), len({*ids(post.receiver)})) == (2, 1)
    assert len({one.body for one in post.receiver.calls}) == 1
    assert await post.send() == []


def _process(post: Any, home: Path) -> "subprocess.Popen[bytes]":
    """The service's jobs, at the test's hour."""
    settings = post.harness.settings
    clock = f"{SystemClock().now().isoformat()}|{post.harness.clock.now().isoformat()}|1"
    keys = {name: one.get_secret_value() for name, one in settings.webhook_keys.items()}
    said = {
        "BBCS_KAFKA_SERVERS": settings.kafka_servers,
        "BBCS_KAFKA_USERNAME": settings.kafka_username,
        "BBCS_KAFKA_PASSWORD": settings.kafka_password.get_secret_value(),
        "BBCS_DATABASE_URL": settings.database_url.get_secret_value(),
        "BBCS_HTTP_PORT": "0",
        "BBCS_CLOCK": clock,
        "BBCS_WEBHOOK_KEYS": json.dumps(keys),
        "BBCS_SEND_SECONDS": "15",
        "BBCS_DISPATCH_URL": settings.dispatch_url,
        "BBCS_DISPATCH_KEY": settings.dispatch_key.get_secret_value(),
        "BBCS_REVISIT_URL": settings.revisit_url,
        "BBCS_REVISIT_KEY": settings.revisit_key.get_secret_value(),
    }
    with (home / "said.txt").open("wb") as out:
        command = [sys.executable, "-m", "sla_monitor", "--doors", "jobs"]
        plain = {name: value for name, value in os.environ.items() if not name.startswith("BBCS_")}
        return subprocess.Popen(command, env=plain | said, stdin=subprocess.DEVNULL, stdout=out, stderr=out)


async def test_what_waits_and_what_got_there_is_measured(post: Any) -> None:
    before = measured("bbcs_messages_sent_total"), measured("bbcs_messages_failed_total", fate="waiting")
    await post.tells(lights=(Light.YELLOW,))
    await a_light(post)
    post.receiver.status = 500
    await post.send()
    post.at("24 10:05")
    await post.act(usecases.notifying.count)
    assert (measured("bbcs_notifications_waiting"), measured("bbcs_notifications_oldest_seconds")) == (1, 300)
    post.receiver.status = 200
    await post.send()
    await post.act(usecases.notifying.count)
    assert measured("bbcs_notifications_waiting") == 0
    after = measured("bbcs_messages_sent_total"), measured("bbcs_messages_failed_total", fate="waiting")
    assert after == (before[0] + 1, before[1] + 1)


def measured(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, {"kind": "webhook"} | labels) or 0


async def test_the_evening_stops_what_could_not_be_sent_until_morning(post: Any) -> None:
    await post.tells(lights=(Light.YELLOW,))
    await a_light(post)
    post.receiver.status = 500
    post.at("24 16:59")
    await post.send()
    post.receiver.status = 200
    for evening in ("24 17:00", "24 23:00", "25 08:59"):
        post.at(evening)
        assert await post.send() == []
    post.at("25 09:00")
    assert len(await post.send()) == 1
