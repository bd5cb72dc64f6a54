"""A department's own system, as small as it can be: handles what its unit is dispatched, through Kafka and intake.

Every step follows from one fact on `dispatch.<unit>`, and its ids are made from that fact's id. So nothing is kept
here: after a crash the fact is read again, and what was said already is said again under the same ids, to the same end.
"""

import argparse
import asyncio
import json
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any
from uuid import UUID, uuid5

import httpx2
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat

UNIT = os.environ["UNIT"]
SECURITY = os.environ.get("SECURITY", "SASL_PLAINTEXT")
OFFICER = "0001"
PAUSE_S = 1.0
NOT_YET_S = 30.0
"""How long intake may take to learn that a ticket is ours."""


class NotOursError(Exception):
    """Intake takes no text of ours about a complaint: its ticket has gone to another unit."""


class Department:
    """What it does about each fact, and how many tickets it has finished."""

    def __init__(self, intake: httpx2.AsyncClient, producer: AIOKafkaProducer) -> None:
        self.intake, self.producer = intake, producer
        self.finished: set[str] = set()

    async def take(self, event: BaseCloudEvent) -> None:
        """Do what follows from a fact; one that is not about a ticket of ours, or not known here, is passed over."""
        fact: dict[str, Any] = event.get_data()  # type: ignore[assignment]
        if fact.get("unit") != UNIT:
            return
        try:
            await self.step(event, fact)
        except NotOursError:
            say(f"{fact['ticket_id']} seems to be no longer ours; a person must look")

    async def step(self, event: BaseCloudEvent, fact: dict[str, Any]) -> None:
        """Do what follows from a fact about a ticket of ours."""
        match event.get_type():
            case "ticket.dispatched.v1":
                await self.accept(event, fact)
            case "ticket.accepted.v1":
                await self.contact(event, fact)
            case "contact.attempted.v1":
                await self.finish(event, fact)
            case "action.applied.v1":
                self.applied(fact)
            case "action.refused.v1":
                say(f"{fact['action']} of {fact['ticket_id']} was refused: {fact['code']}; a person must look")

    async def accept(self, event: BaseCloudEvent, fact: dict[str, Any]) -> None:
        """Look at the complaint, and take the ticket; if it is no longer ours, that is what we are answered."""
        complaint = await self.ask("GET", f"/v1/complaints/{fact['complaint_id']}", params={"purpose": "handling"})
        if complaint is not None:
            say(f"{fact['ticket_id']} has come: a complaint of {len(complaint['content']['text'])} characters")
        await self.act(event, fact, {"action": "accept"})

    async def contact(self, event: BaseCloudEvent, fact: dict[str, Any]) -> None:
        """Call the reporter. The time of the call is that of its note: said again, it is the same."""
        note = await self.write(event, fact, "note", "已电话联系反映人，核实了情况。")
        called = {"method": "phone", "reached": True, "attempted_at": note["written_at"], "note_id": note["text_id"]}
        await self.act(event, fact, {"action": "contact", **called})

    async def finish(self, event: BaseCloudEvent, fact: dict[str, Any]) -> None:
        """Give the reply, and say what was done."""
        reply = await self.write(event, fact, "reply", "您反映的事项已经办理完毕，结果可到窗口领取。")
        done = await self.write(event, fact, "note", "已补齐缺少的证明并完成受理。")
        ids = {"reply_id": reply["text_id"], "done_id": done["text_id"]}
        await self.act(event, fact, {"action": "finish", **ids, "cause": "materials-unclear"})

    def applied(self, fact: dict[str, Any]) -> None:
        """An action of ours was carried out, or had been already."""
        say(f"{fact['action']} of {fact['ticket_id']} was applied: {fact['state']}, version {fact['version']}")
        if fact["action"] == "finish":
            self.finished.add(fact["ticket_id"])

    async def act(self, event: BaseCloudEvent, fact: dict[str, Any], do: dict[str, Any]) -> None:
        """Ask for an action, decided on how the ticket was after the fact; returns when Kafka has it."""
        action_id = uuid5(UUID(event.get_id()), do["action"])
        asked = {
            "action_id": str(action_id),
            "ticket_id": fact["ticket_id"],
            "officer": OFFICER,
            "version": fact.get("version"),
            "do": do,
        }
        await self.producer.send_and_wait(f"actions.{UNIT}", json.dumps(asked).encode(), fact["ticket_id"].encode())

    async def write(self, event: BaseCloudEvent, fact: dict[str, Any], kind: str, text: str) -> dict[str, Any]:
        """Seal a text with intake, once for each fact and kind, and give what is known of it."""
        url, key = f"/v1/complaints/{fact['complaint_id']}/texts", {"Idempotency-Key": f"{kind}-{event.get_id()}"}
        written = await self.ask("POST", url, json={"kind": kind, "text": text}, headers=key)
        if written is None:
            raise NotOursError
        return written

    async def ask(self, method: str, url: str, **more: Any) -> dict[str, Any] | None:
        """What intake answers, however long it is away; None when it says no for longer than it may not know us."""
        end = monotonic() + NOT_YET_S
        while True:
            answer = await self.once(method, url, **more)
            if answer.status_code == 403 and monotonic() > end:
                return None
            if answer.status_code not in {403, 429} and answer.status_code < 500:
                return dict(answer.raise_for_status().json())
            await asyncio.sleep(PAUSE_S)

    async def once(self, method: str, url: str, **more: Any) -> httpx2.Response:
        """One answer of intake; 503 when there is none."""
        try:
            return await self.intake.request(method, url, **more)
        except httpx2.TransportError as error:
            say(f"intake is away: {type(error).__name__}")
            return httpx2.Response(503)


def say(what: str) -> None:
    """Tell the operator: ids, codes and numbers, never what people wrote."""
    print(what, flush=True)


def login() -> dict[str, Any]:
    """How the unit signs in at Kafka."""
    return {
        "bootstrap_servers": os.environ["BOOTSTRAP"],
        "security_protocol": SECURITY,
        "ssl_context": ssl.create_default_context() if SECURITY == "SASL_SSL" else None,
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_plain_username": f"unit.{UNIT}",
        "sasl_plain_password": os.environ["PASSWORD"],
    }


@asynccontextmanager
async def reading() -> AsyncIterator[AIOKafkaConsumer]:
    """The unit's topic, from where it was committed."""
    consumer = AIOKafkaConsumer(
        f"dispatch.{UNIT}", **login(), group_id=f"unit.{UNIT}", auto_offset_reset="earliest", enable_auto_commit=False
    )
    async with consumer:
        yield consumer


async def work(tickets: int | None) -> None:
    """Handle what is dispatched, until so many tickets are finished."""
    bearer = {"Authorization": f"Bearer {os.environ['INTAKE_KEY']}"}
    async with (
        httpx2.AsyncClient(base_url=os.environ["INTAKE_URL"], headers=bearer, timeout=10) as intake,
        AIOKafkaProducer(**login(), acks="all", enable_idempotence=True) as producer,
        reading() as consumer,
    ):
        department = Department(intake, producer)
        while tickets is None or len(department.finished) < tickets:
            record = await consumer.getone()
            message = KafkaMessage(dict(record.headers), record.key, record.value)
            await department.take(from_binary(message, JSONFormat()))
            await consumer.commit({TopicPartition(record.topic, record.partition): record.offset + 1})


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tickets", type=int, help="end after so many have been finished")
    asyncio.run(work(arguments.parse_args().tickets))
