"""Every topic, declared once: partitions, retention, compaction, and who may write and read it.

Topics, users and access rules are created from here by `bbcs topics apply`, never by hand; what is not declared is
denied.
A principal is a service's name, `channel.<channel>`, `unit.<code>`, `city`, `operator`,
`monitoring` or `admin`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contracts.vocabulary import Channel

DAY_MS = 24 * 60 * 60 * 1000
FOR_EVER = -1

SERVICES = ("intake", "dispatch", "sla-monitor", "revisit", "portal-bridge")

CITY = "city"
"""The city's feedback platform 好差评."""

OPERATOR = "operator"
"""Reads everything without personal data (`bbcs tail`, lag)."""

MONITORING = "monitoring"
"""Reads what the clocks tell, and reacts to red lights."""


def package(service: str) -> str:
    """What a service is called where a name must be one: its Python package, `sla_monitor`."""
    return service.replace("-", "_")


def parked(topic: str) -> str:
    """Where a consumer tells of what it could not take from a topic; all units' actions share one."""
    return f"{'actions' if topic.startswith('actions.') else topic}.parked"


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. `retention_ms` counts from a message's own time; FOR_EVER keeps it."""

    name: str
    key: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    partitions: int = 6
    retention_ms: int = FOR_EVER
    compacted: bool = False
    personal: bool = False
    max_message_bytes: int = 1024 * 1024

    @property
    def parked(self) -> "Topic":
        """Where its readers tell of messages that they could not take; the messages themselves stay with them."""
        consumers = tuple(reader for reader in self.readers if reader in SERVICES)
        return Topic(parked(self.name), "parked id", consumers, (OPERATOR,), partitions=1, retention_ms=90 * DAY_MS)


_HANDING_ON = {Channel.CITY_EXIT: ("portal-bridge",)}
"""Who hands on by a channel what was said elsewhere."""


def _channel(channel: Channel) -> Topic:
    return Topic(
        f"channels.{channel}",
        "source id",
        (f"channel.{channel}", *_HANDING_ON.get(channel, ())),
        ("intake",),
        retention_ms=3 * DAY_MS,
        personal=True,
    )


CHANNELS = tuple(_channel(channel) for channel in Channel)
COMPLAINTS = Topic("complaints", "complaint id", ("intake",), ("dispatch", "revisit", OPERATOR))
TICKETS = Topic("tickets", "ticket id", ("dispatch",), ("intake", "sla-monitor", "revisit", "portal-bridge", OPERATOR))
CLOCKS = Topic("clocks", "ticket id", ("sla-monitor",), ("dispatch", MONITORING, OPERATOR))
ALERTS = Topic("alerts", "ticket id", ("sla-monitor",), (MONITORING, OPERATOR), compacted=True)
DIRECTORY = Topic(
    "directory",
    "unit, matter or place",
    ("dispatch",),
    ("intake", "revisit", "portal-bridge", OPERATOR, *(f"channel.{channel}" for channel in Channel)),
    partitions=1,
    compacted=True,
)

CITY_EXIT_FEEDBACK = Topic(
    "city.exit-feedback", "city's key", (CITY,), ("portal-bridge",), retention_ms=3 * DAY_MS, personal=True
)
CITY_FEEDBACK = Topic("city-feedback", "city's key", ("portal-bridge",), (OPERATOR,))
CALENDAR = Topic("calendar", "date", ("sla-monitor",), ("revisit", OPERATOR), partitions=1, compacted=True)
REVISITS = Topic("revisits", "ticket id", ("revisit",), ("sla-monitor", OPERATOR))
IMPROVEMENTS = Topic("improvements", "improvement id", ("revisit",), (OPERATOR,))

SHARED = (
    *CHANNELS,
    COMPLAINTS,
    TICKETS,
    CLOCKS,
    ALERTS,
    DIRECTORY,
    CALENDAR,
    REVISITS,
    IMPROVEMENTS,
    CITY_EXIT_FEEDBACK,
    CITY_FEEDBACK,
)


def of_unit(unit: str) -> Topic:
    """`dispatch.<unit>`: what the unit must handle, for its own system alone."""
    return Topic(f"dispatch.{unit}", "ticket id", ("dispatch",), (f"unit.{unit}", OPERATOR), partitions=1)


OF_UNITS = ("dispatch.", "actions.")
"""How the topics of single units begin."""

ACTIONS = r"^actions\.(?!parked$)[a-z][a-z0-9-]{1,30}$"
"""The topics of all units' actions, as a pattern; dispatch tells on `actions.parked`, and may not read it."""


def actions_of(unit: str) -> Topic:
    """`actions.<unit>`: what the unit's own system asks dispatch to do, from it alone."""
    return Topic(
        f"actions.{unit}",
        "ticket id",
        (f"unit.{unit}",),
        ("dispatch", OPERATOR),
        partitions=1,
        retention_ms=30 * DAY_MS,
    )


def declared(units: Iterable[str]) -> Iterator[Topic]:
    """Every topic of a district with these units, the parked ones of service-read topics included."""
    for topic in SHARED:
        yield topic
        if topic.parked.writers:
            yield topic.parked
    for unit in units:
        yield of_unit(unit)
        yield actions_of(unit)
    yield actions_of("any").parked


_DECLARED = {topic.name: topic for topic in declared(())}
_OF_UNIT = {"dispatch": of_unit, "actions": actions_of}
_UNIT = re.compile(r"[a-z][a-z0-9-]{1,30}")


def named(name: str) -> Topic | None:
    """The topic of this name, of whatever unit; None where none is called so."""
    kind, _, unit = name.partition(".")
    if name in _DECLARED or kind not in _OF_UNIT or not _UNIT.fullmatch(unit):
        return _DECLARED.get(name)
    return _OF_UNIT[kind](unit)


def principals(units: Iterable[str]) -> Iterator[str]:
    """Every name that may sign in at Kafka, the super user aside."""
    yield from SERVICES
    yield from (f"channel.{channel}" for channel in Channel)
    yield from (f"unit.{unit}" for unit in units)
    yield CITY
    yield OPERATOR
    yield MONITORING
