"""A monitoring system, as small as it can be: knows what is red or overdue now, and notes each change once.

What is true now stands on `alerts`: compacted, the newest of a ticket is all of it, so it is read from the beginning at
every start. What changed is noted as a line of a journal that names the record it comes from: the line is effect and
position in one, so a program that is killed and started again neither repeats nor misses any.
"""

import asyncio
import json
import os
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat

ALERTS, CLOCKS = "alerts", "clocks"
JOURNAL = Path(os.environ.get("JOURNAL", "monitoring.jsonl"))
SECURITY = os.environ.get("SECURITY", "SASL_PLAINTEXT")

Offsets = dict[TopicPartition, int]


class Journal:
    """What was noted, a line each: how far each partition was read, and the number of each ticket's last fact."""

    def __init__(self, file: Path) -> None:
        """Read it; a last line that was torn by the end of the program was never noted."""
        self.read: Offsets = {}
        self.known: dict[tuple[str, str], int] = {}
        self._out = file.open("a+b")
        self._out.seek(0)
        whole = 0
        for line in self._out:
            if line.endswith(b"\n"):
                self._take(json.loads(line))
                whole += len(line)
        self._out.truncate(whole)

    def _take(self, said: dict[str, Any]) -> None:
        for name, offset in said["read"].items():
            topic, _, number = name.rpartition("/")
            self.read[TopicPartition(topic, int(number))] = offset
            if "ticket_id" in said:
                self.known[topic, said["ticket_id"]] = said["sequence"]

    def begin(self, ends: Mapping[TopicPartition, int]) -> None:
        """Where nothing was read yet, note changes from here on; where Kafka was set up anew, read all of it again."""
        if not self.read:
            self._write(ends)
        self.read |= {one: 0 for one, end in ends.items() if self.read.get(one, 0) > end}

    def note(self, record: ConsumerRecord, sequence: int, what: str) -> None:
        """Note a change, unless it was: the same fact may stand on the topic twice."""
        ticket = record.key.decode()
        if sequence > self.known.get((record.topic, ticket), 0):
            here = {TopicPartition(record.topic, record.partition): record.offset + 1}
            self._write(here, ticket_id=ticket, sequence=sequence, what=what)
            say(f"{record.topic} {ticket}: {what}")

    def _write(self, read: Mapping[TopicPartition, int], **said: Any) -> None:
        line = {"read": {f"{one.topic}/{one.partition}": offset for one, offset in read.items()}} | said
        self._out.write(json.dumps(line).encode() + b"\n")
        self._out.flush()
        self._take(line)


class Monitoring:
    """What is red or overdue now, by ticket, with the number of the fact that said so; and the journal of changes."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.open: dict[str, tuple[int, list[dict[str, Any]]]] = {}

    def take(self, record: ConsumerRecord) -> None:
        """Learn from a record, and note it if it is new."""
        event = from_binary(KafkaMessage(dict(record.headers), record.key, record.value), JSONFormat())
        fact: dict[str, Any] = event.get_data()  # type: ignore[assignment]
        sequence = int(str(event.get_extension("sequence")))
        if event.get_type() == "ticket.alerted.v1":
            self.learn(fact, sequence)
        what = sentence(event.get_type(), fact)
        if what and record.offset >= self.journal.read.get(TopicPartition(record.topic, record.partition), 0):
            self.journal.note(record, sequence, what)

    def learn(self, fact: dict[str, Any], sequence: int) -> None:
        """Everything that is open of the ticket stands in its newest fact; one said again is no newer."""
        before, _ = self.open.get(fact["ticket_id"], (0, []))
        if sequence > before:
            self.open[fact["ticket_id"]] = sequence, fact["open"]

    def say_now(self) -> None:
        """Say all that is true now."""
        late = {ticket: alerts for ticket, (_, alerts) in self.open.items() if alerts}
        say(f"now: {len(late)} red or overdue")
        for ticket, alerts in sorted(late.items()):
            for one in alerts:
                say(f"now: {ticket}: {named(one)} {one['light']}")


def sentence(type_: str, fact: dict[str, Any]) -> str | None:
    """What a fact says; nothing of a type that is not known here, for there may be more one day."""
    match type_:
        case "ticket.alerted.v1":
            end = ", ended" if fact["ended"] else ""
            return f"{named(fact['changed'])} {fact['changed']['light']}, {fact['cause']}{end}"
        case "clock.started.v1":
            return f"{named(fact)} began, {fact['light']}"
        case "clock.moved.v1":
            return f"{named(fact)} moved, {fact['cause']}"
        case "clock.turned.v1":
            return f"{named(fact)} {fact['light']} since {fact['effective_at']}, {fact['cause']}"
        case "clock.stopped.v1":
            return f"{named(fact)} ended, {fact['verdict']}"
    return None


def named(one: dict[str, Any]) -> str:
    """A clock: which one, who is answerable for it, when it is due."""
    return f"{one['clock']}/{one['ref']} of {one['unit'] or 'nobody'}, due {one['due_at']},"


def say(what: str) -> None:
    """Tell the operator: ids, codes and times."""
    print(what, flush=True)


def login() -> dict[str, Any]:
    """How monitoring signs in at Kafka."""
    return {
        "bootstrap_servers": os.environ["BOOTSTRAP"],
        "security_protocol": SECURITY,
        "ssl_context": ssl.create_default_context() if SECURITY == "SASL_SSL" else None,
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_plain_username": "monitoring",
        "sasl_plain_password": os.environ["PASSWORD"],
    }


async def watch() -> None:
    """Learn what is true now, say it, and note what changes until the program is stopped."""
    journal = Journal(JOURNAL)
    monitoring = Monitoring(journal)
    async with AIOKafkaConsumer(ALERTS, CLOCKS, **login(), enable_auto_commit=False) as consumer:
        partitions = await _partitions(consumer)
        ends: Offsets = await consumer.end_offsets(partitions)
        journal.begin(ends)
        starts = {one: 0 if one.topic == ALERTS else journal.read.get(one, 0) for one in partitions}
        _from(consumer, {one: at for one, at in starts.items() if one.topic == ALERTS})
        while not await _reached(consumer, ends):
            await _take(consumer, monitoring)
        monitoring.say_now()
        here = {one: await consumer.position(one) for one in consumer.assignment()}
        _from(consumer, starts | here)
        while True:
            await _take(consumer, monitoring)


async def _partitions(consumer: AIOKafkaConsumer) -> list[TopicPartition]:
    """Both topics' partitions. There is no group: what was read is known to the journal."""
    consumer.unsubscribe()
    return [TopicPartition(topic, one) for topic in (ALERTS, CLOCKS) for one in consumer.partitions_for_topic(topic)]


def _from(consumer: AIOKafkaConsumer, starts: Mapping[TopicPartition, int]) -> None:
    consumer.assign(list(starts))
    for partition, offset in starts.items():
        consumer.seek(partition, offset)


async def _reached(consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    here = [(one, await consumer.position(one)) for one in consumer.assignment()]
    return all(at >= ends[one] for one, at in here)


async def _take(consumer: AIOKafkaConsumer, monitoring: Monitoring) -> None:
    found: Iterable[list[ConsumerRecord]] = (await consumer.getmany(timeout_ms=500)).values()
    for records in found:
        for record in records:
            monitoring.take(record)


if __name__ == "__main__":
    asyncio.run(watch())
