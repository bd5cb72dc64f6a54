"""What units and the centre do to tickets, each by the door that it has, and how they are answered and told."""

from asyncio import timeout
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any
from uuid import UUID

import httpx2
import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from tests.deployment import until
from tests.journeys.bus import body, headers, seen
from tests.journeys.conftest import Town
from tests.load.bus import Login, producer

_PATIENCE_S = 60.0
_NUMBERS = count(1)
LATER = "2099-01-01T09:00:00+08:00"


async def dispatched(town: Town) -> tuple[str, str, str]:
    """A complaint that a unit has got: the ids of complaint and ticket, and the unit."""
    form, _, unit = town.one("window")
    complaint = (await town.submit(form))["complaint_id"]
    told = body(await seen(town.login_of(unit), f"dispatch.{unit}", complaint))
    return complaint, told["ticket_id"], unit


async def text(town: Town, complaint: str, kind: str, unit: str) -> str:
    """The id of a text that the unit has sealed with intake, as soon as it is known to take part."""
    said, who = {"kind": kind, "text": "已联系反映人并补正材料。"}, town.district.bearer(f"unit.{unit}")
    written: list[str] = []

    async def accepted() -> bool:
        answer = await town.intake.post(f"/v1/complaints/{complaint}/texts", json=said, headers=who)
        written[:] = [answer.json()["text_id"]] if answer.status_code == httpx2.codes.CREATED else []
        return bool(written)

    await until(accepted, _PATIENCE_S, "intake does not know the unit")
    return written[0]


async def act(town: Town, ticket: str, who: str, do: dict[str, Any], officer: str = "1") -> dict[str, Any]:
    """What dispatch answers over HTTP."""
    said = {"action_id": str(UUID(int=next(_NUMBERS))), "officer": officer, "do": do}
    answer = await town.dispatch.post(f"/v1/tickets/{ticket}/actions", json=said, headers=town.district.bearer(who))
    return dict(answer.json()) | {"action_id": said["action_id"]}


async def by_topic(town: Town, unit: str, ticket: str, *done: dict[str, Any]) -> list[dict[str, Any]]:
    """How the unit's actions are answered on its topic, sent there one after the other."""
    said = [asked(ticket, do) for do in done]
    await send(town, unit, *said)
    ids = [one["action_id"] for one in said]
    found = await read(town.login_of(unit), f"dispatch.{unit}", lambda records: set(ids) <= answers(records).keys())
    return [answers(found)[one][0] for one in ids]


def asked(ticket: str, do: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An action with a new id, as a unit's system writes it."""
    return {"action_id": str(UUID(int=next(_NUMBERS))), "ticket_id": ticket, "officer": "1", "do": do, **more}


async def send(town: Town, unit: str, *said: dict[str, Any]) -> None:
    """Write actions to the unit's topic, in order."""
    async with producer(town.login_of(unit)) as made:
        for one in said:
            await made.send(f"actions.{unit}", orjson.dumps(one), one["ticket_id"].encode())
        await made.flush()


def answers(records: Iterable[ConsumerRecord]) -> dict[str, list[dict[str, Any]]]:
    """How actions were answered, each as often as it was, by their ids."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in records:
        if kind(one).startswith("action."):
            found.setdefault(body(one)["action_id"], []).append(body(one))
    return found


def kind(record: ConsumerRecord) -> str:
    """What type of fact it is."""
    return headers(record)["ce_type"].decode()


async def read(
    login: Login, topic: str, enough: Callable[[list[ConsumerRecord]], bool], group: str | None = None
) -> list[ConsumerRecord]:
    """The topic's records from its beginning, or from where a group stands, which then stands behind them.

    It ends as soon as there are enough. Raises TimeoutError.
    """
    consumer = AIOKafkaConsumer(
        topic, **login.arguments(), group_id=group, auto_offset_reset="earliest", enable_auto_commit=False
    )
    found: list[ConsumerRecord] = []
    try:
        await consumer.start()
        async with timeout(_PATIENCE_S):
            while not enough(found):
                found.append(await consumer.getone())
        if group:
            await consumer.commit()
    finally:
        await consumer.stop()
    return found


async def life(town: Town, ticket: str, *types: str) -> list[ConsumerRecord]:
    """The facts about the ticket, as who follows `tickets` reads them, as soon as all of these were told."""
    return await _about(town.district.login("operator"), "tickets", ticket, types)


async def heard(town: Town, unit: str, ticket: str, *types: str) -> list[ConsumerRecord]:
    """The facts about the ticket that its unit is told, as soon as all of these were; answers are none."""
    found = await _about(town.login_of(unit), f"dispatch.{unit}", ticket, types)
    return [one for one in found if not kind(one).startswith("action.")]


async def _about(login: Login, topic: str, ticket: str, types: Iterable[str]) -> list[ConsumerRecord]:
    def mine(records: list[ConsumerRecord]) -> list[ConsumerRecord]:
        return [one for one in records if one.key == ticket.encode()]

    wanted = Counter(types)
    return mine(await read(login, topic, lambda records: Counter(map(kind, mine(records))) >= wanted))


async def told(town: Town, ticket: str, type_: str) -> dict[str, Any]:
    """The fact of this type about the ticket, as who follows `tickets` reads it."""
    return body((await life(town, ticket, type_))[-1])


async def finish(town: Town, complaint: str, unit: str) -> dict[str, Any]:
    """The action that finishes, with its reply sealed."""
    reply, done = [await text(town, complaint, kind, unit) for kind in ("reply", "note")]
    return {"action": "finish", "reply_id": reply, "done_id": done, "cause": "materials-unclear"}


async def queued(town: Town) -> tuple[str, str]:
    """A complaint that waits for the centre's hand."""
    form, _, _ = town.one("window")
    form |= {"matter_code": None, "place_code": None}
    complaint = (await town.submit(form))["complaint_id"]
    [ticket] = await tickets_of(town, complaint)
    return complaint, ticket["ticket_id"]


async def tickets_of(town: Town, complaint: str) -> list[dict[str, Any]]:
    """The complaint's tickets, as soon as there is one."""
    found: list[dict[str, Any]] = []

    async def some() -> bool:
        answer = await town.dispatch.get(
            "/v1/tickets", params={"complaint_id": complaint}, headers=town.district.bearer("centre")
        )
        found[:] = answer.json()
        return bool(found)

    await until(some, _PATIENCE_S, "the complaint has no ticket")
    return found
