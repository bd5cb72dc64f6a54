"""Where people are told: webhooks, signed by Standard Webhooks 1.0, and the district's SMS gateway."""

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import httpx2
from pydantic import SecretStr

from sla_monitor.domain import Parcel, RecipientKind, signed

_CONNECT_S = 3.0
_SENDER = {"content-type": "application/json", "user-agent": "bbcs-sla-monitor/1"}


class Answer(NamedTuple):
    """The status of an answer; without one `code` says why: `too-slow`, `unreachable`, `key-unknown`, `no-gateway`."""

    status: int | None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Outside:
    """What it takes to call the outside: the keys of webhooks by their ids, the SMS gateway, how long it may take."""

    keys: Mapping[str, bytes]
    sms_url: str | None
    sms_key: SecretStr | None
    seconds: float

    async def deliver(self, parcel: Parcel) -> Answer:
        """Send a message once, and say how it was answered."""
        return await (self._call(parcel) if parcel.kind is RecipientKind.WEBHOOK else self._text(parcel))

    async def _call(self, parcel: Parcel) -> Answer:
        if not set(parcel.keys) <= self.keys.keys():
            return Answer(None, "key-unknown")
        keys = [self.keys[one] for one in parcel.keys]
        headers = signed(str(parcel.message_id), parcel.at, parcel.body, keys)
        return await self._post(parcel.address, parcel.body.encode(), headers)

    async def _text(self, parcel: Parcel) -> Answer:
        """The gateway knows who is on duty, and their numbers; we do not (rules 7)."""
        if self.sms_url is None:
            return Answer(None, "no-gateway")
        said = {"message_id": str(parcel.message_id), "duty": parcel.address, "text": parcel.body}
        headers = {"idempotency-key": str(parcel.message_id)}
        if self.sms_key is not None:
            headers["authorization"] = f"Bearer {self.sms_key.get_secret_value()}"
        return await self._post(self.sms_url, json.dumps(said, ensure_ascii=False).encode(), headers)

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer's status is all that is read of it; it leads nowhere else, and no proxy stands between."""
        try:
            async with (
                asyncio.timeout(self.seconds),
                httpx2.AsyncClient(
                    timeout=httpx2.Timeout(self.seconds, connect=_CONNECT_S), verify=_trusted(), trust_env=False
                ) as client,
                client.stream("POST", url, content=body, headers=_SENDER | dict(headers)) as answer,
            ):
                return Answer(answer.status_code)
        except (TimeoutError, httpx2.TimeoutException):
            return Answer(None, "too-slow")
        except (httpx2.TransportError, OSError):
            return Answer(None, "unreachable")


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Reading the machine's certificates takes longer than a message."""
    return ssl.create_default_context()
