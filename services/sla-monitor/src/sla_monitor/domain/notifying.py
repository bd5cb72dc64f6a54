"""Who is told of which lights, in which hours (rules 4.2), and when it is tried again. Pure."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID
from zlib import crc32

from contracts.vocabulary import ClockKind, Light
from sla_monitor.domain.calendar import Calendar
from sla_monitor.domain.clocks import Case, Clock, begins
from sla_monitor.domain.due import SHANGHAI, Hours
from sla_monitor.domain.policy import Telling

TOLD = (Light.YELLOW, Light.RED, Light.OVERDUE)
"""The lights that people may want to be told of."""

_NAME = re.compile(r"[a-z][a-z0-9.-]{0,40}")
_UNIT = re.compile(r"[a-z][a-z0-9-]{1,30}")
_DUTY = re.compile(r"[A-Za-z0-9._-]{1,40}")
_SHORTEST_PHONE = 7
_UNSETTLED = ("key-unknown", "no-gateway")
"""What the settings lack."""


class Change(NamedTuple):
    """A clock that shows another light than before, or shows it to another unit; `effective_at` is since when."""

    ticket_id: UUID
    kind: ClockKind
    ref: str
    unit: str | None
    light: Light
    effective_at: datetime


class RecipientKind(StrEnum):
    """How somebody is reached."""

    WEBHOOK = "webhook"
    SMS = "sms"


class Recipient(NamedTuple):
    """Who is told: of a unit's clocks, or of the whole district's, when they show one of these lights.

    `address` is a webhook's URL, signed with each of `keys`, or whom the SMS gateway finds on duty under that number.
    """

    name: str
    kind: RecipientKind
    address: str
    lights: tuple[Light, ...]
    unit: str | None = None
    keys: tuple[str, ...] = ()


class OpenMessage(NamedTuple):
    """A message that is not there yet."""

    message_id: UUID
    state: str
    clocks: int
    attempts: int
    answered_at: datetime | None
    status: int | None
    code: str | None


class Standing(NamedTuple):
    """A recipient, and how telling it goes.

    `waiting` changes are in no message yet. `message` is the one that is not there yet, refused or on its way, with
    how it was answered last.
    """

    recipient: Recipient
    waiting: int
    told_at: datetime | None
    failures: int
    again_at: datetime | None
    message: OpenMessage | None


class Silence(NamedTuple):
    """Until when nobody is told of a unit's clocks, or of any; why, and by whose word."""

    silence_id: UUID
    unit: str | None
    since: datetime
    until: datetime
    reason: str
    by: str


class Fate(StrEnum):
    """What becomes of a message: it got there, is sent again, or waits for an operator, who may give it up."""

    SENT = "sent"
    WAITING = "waiting"
    REFUSED = "refused"
    DISMISSED = "dismissed"


def changes(before: Case, after: Case) -> Iterator[Change]:
    """The clocks of a ticket that run, show what people are told of, and did not before, or for another unit."""
    for key, clock in after.clocks.items():
        if clock.open and clock.light in TOLD and _shown(before.clocks.get(key)) != _shown(clock):
            since = _since(clock)
            yield Change(after.ticket.ticket_id, clock.kind, clock.ref, clock.unit, clock.light, since)


def _shown(clock: Clock | None) -> tuple[Light, str | None] | None:
    return (clock.light, clock.unit) if clock else None


def _since(clock: Clock) -> datetime:
    """A light that came with a shorter term is true since that was decided (rules 3.4), others by their due."""
    since = begins(clock.light, clock)
    return max(since, clock.steps[-1].at) if clock.steps else since


def open_at(now: datetime, calendar: Calendar, hours: Hours) -> bool:
    """Whether it is within business hours of a working day, in Shanghai; the instant of closing is not."""
    here = now.astimezone(SHANGHAI)
    return calendar.day(here.date()).working and hours.opens <= here.time() < hours.closes


def flaw(recipient: Recipient) -> str | None:
    """The field of a recipient that cannot be, if one cannot. No telephone number is kept by us (rules 7)."""
    wrong = {
        "name": not _NAME.fullmatch(recipient.name),
        "unit": recipient.unit is not None and not _UNIT.fullmatch(recipient.unit),
        "light": not recipient.lights or not set(recipient.lights) <= set(TOLD),
        "webhook": recipient.kind is RecipientKind.WEBHOOK and not _is_url(recipient.address),
        "key": bool(recipient.keys) is not (recipient.kind is RecipientKind.WEBHOOK),
        "sms": recipient.kind is RecipientKind.SMS and not _is_duty(recipient.address),
    }
    return next((name for name, bad in wrong.items() if bad), None)


def _is_url(said: str) -> bool:
    try:
        read = urlsplit(said)
        port_is_one = read.port is None or read.port > 0
    except ValueError:
        return False
    plain = said.isascii() and said.isprintable() and " " not in said
    return plain and port_is_one and read.scheme in {"http", "https"} and bool(read.hostname) and "@" not in read.netloc


def _is_duty(said: str) -> bool:
    return bool(_DUTY.fullmatch(said)) and sum(one.isdigit() for one in said) < _SHORTEST_PHONE


def fate(status: int | None, code: str | None) -> Fate:
    """By the status of the answer, or why there was none: what will not get better by itself is refused."""
    if status is None:
        return Fate.REFUSED if code in _UNSETTLED else Fate.WAITING
    if status in {408, 429}:
        return Fate.WAITING
    if 200 <= status < 300:
        return Fate.SENT
    return Fate.REFUSED if 400 <= status < 500 else Fate.WAITING


def pause_after(failures: int, message_id: UUID, telling: Telling) -> timedelta:
    """How long a recipient is left alone after so many failures in a row: twice as long each time, up to a limit.

    Up to half of it is taken off by the message's id, so that those who failed together do not come back together.
    """
    whole = min(telling.again_after * (1 << min(failures - 1, 20)), telling.again_at_most)
    share = crc32(message_id.bytes + failures.to_bytes(4, "big")) / 2**32
    return whole * (1 - share / 2)
