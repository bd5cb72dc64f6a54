"""What a message says, and how it is signed: ids, codes and times, no personal data (rules 7). Pure."""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from contracts.base import rfc3339
from contracts.vocabulary import ClockKind, Light
from sla_monitor.domain.due import SHANGHAI
from sla_monitor.domain.notifying import RecipientKind

TYPE = "lights.turned.v1"
"""What a webhook's message is called; a field may be added, anything else is a v2."""
_SECRET = "whsec_"  # noqa: S105 - how Standard Webhooks marks a secret, not one


class Lit(NamedTuple):
    """A clock of a ticket and the light that it shows, since when."""

    ticket_id: UUID
    kind: ClockKind
    ref: str
    unit: str | None
    light: Light
    due_at: datetime
    effective_at: datetime


class Digest(NamedTuple):
    """What a recipient is told at once: how many clocks by kind and light, and those of the first tickets by name."""

    unit: str | None
    made_at: datetime
    counts: Mapping[tuple[ClockKind, Light], int]
    first: Sequence[Lit]

    @property
    def clocks(self) -> int:
        """How many clocks it tells of."""
        return sum(self.counts.values())


class Parcel(NamedTuple):
    """A message on its way, for the how-manieth time, and where to."""

    message_id: UUID
    attempt: int
    kind: RecipientKind
    address: str
    keys: tuple[str, ...]
    body: str
    clocks: int
    failures: int
    at: datetime


def written(digest: Digest, kind: RecipientKind) -> str:
    """The digest as the body of a webhook's request, or as the text of an SMS."""
    return _webhook(digest) if kind is RecipientKind.WEBHOOK else _sms(digest)


def _webhook(digest: Digest) -> str:
    counts = [{"clock": kind, "light": light, "clocks": count} for (kind, light), count in digest.counts.items()]
    tickets: dict[UUID, list[dict[str, Any]]] = {}
    for one in digest.first:
        tickets.setdefault(one.ticket_id, []).append(_clock(one))
    said = {
        "unit": digest.unit,
        "clocks": digest.clocks,
        "counts": counts,
        "tickets": [{"ticket_id": str(ticket_id), "clocks": clocks} for ticket_id, clocks in tickets.items()],
    }
    return json.dumps({"type": TYPE, "timestamp": rfc3339(digest.made_at), "data": said}, separators=(",", ":"))


def _clock(one: Lit) -> dict[str, Any]:
    return {
        "clock": one.kind,
        "ref": one.ref,
        "unit": one.unit,
        "light": one.light,
        "due_at": rfc3339(one.due_at),
        "effective_at": rfc3339(one.effective_at),
    }


def _sms(digest: Digest) -> str:
    """One clock by its ticket, or how many there are and the first of them."""
    first = digest.first[0]
    due = first.due_at.astimezone(SHANGHAI)
    named = f"工单{first.ticket_id}，承办{first.unit or '未定'}，{due.month}月{due.day}日{due:%H:%M}到期"
    if digest.clocks == 1:
        return f"【办不成事】{first.kind.chinese}时限{first.light.chinese}：{named}。"
    counted = "、".join(f"{kind.chinese}{light.chinese}{count}" for (kind, light), count in digest.counts.items())
    return f"【办不成事】{digest.clocks}项时限提醒：{counted}。首项：{first.kind.chinese}，{named}。"


def key_of(secret: str) -> bytes:
    """The key that a secret stands for, written as Standard Webhooks has it: `whsec_` and base64."""
    return b64decode(secret.removeprefix(_SECRET), validate=True)


def signed(message_id: str, at: datetime, body: str, keys: Iterable[bytes]) -> dict[str, str]:
    """The headers by which Standard Webhooks 1.0 signs a message, by each of the keys: so that a key can be changed."""
    timestamp = str(int(at.timestamp()))
    content = f"{message_id}.{timestamp}.{body}".encode()
    made = (b64encode(hmac.digest(key, content, hashlib.sha256)).decode() for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{one}" for one in made),
    }
