"""What the sample city does: a person left an application half-way and said why; the centre finds it a complaint."""

import asyncio
import base64
import json
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from chassis import signatures
from chassis.clock import SystemClock, clock_from
from stack.acting.scene import Doors, Stopped
from stack.environment import CITY_URL

_CLERK: Final = "8104"
_PATH: Final = "/v1/city/feedback"
_SHANGHAI: Final = timezone(timedelta(hours=8))
_PATIENCE_S = 20.0
_AGAIN_S = 0.1
_ACCEPTED: Final = frozenset(("accepted", "same"))


async def said(doors: Doors) -> str:
    """The complaint that the city's item of this day has become. Raises Stopped."""
    item = _item(clock_from(doors.env.get("BBCS_CLOCK")).now())
    await (_give if CITY_URL in doors.env else _push)(doors, item)
    found = {"action_id": doors.id(item["key"]), "officer": _CLERK}
    await doors.ask("centre", "portal-bridge", "POST", f"/v1/feedback/{item['key']}/acceptances", json=found)
    return await _registered(doors, item["key"])


def _item(now: datetime) -> dict[str, Any]:
    """An item of the present day, the same for all of it: said again, it is the same."""
    midnight = now.astimezone(_SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "key": f"SAMPLE-{midnight:%Y%m%d}",
        "area": "310151101000",
        "unit_credit_code": "113101510000000785",
        "matter_code": "000113002000",
        "pf": 2,
        "rating": 3,
        "happened_at": midnight.isoformat(),
        "received_at": midnight.isoformat(),
        "reporter": {"kind": "citizen", "name": "群众丁", "phone": "13800000189"},
        "subject": "中途退出：体检回执上传不了",
        "text": "退出环节：上传体检回执。反映人留言：医院给的回执是两页，页面只让传一页。",
    }


async def _give(doors: Doors, item: dict[str, Any]) -> None:
    """Have the sample city say it, which sends it by itself."""
    await doors.ask(None, "city", "POST", "/control/items", content=json.dumps(item, ensure_ascii=False).encode())


async def _push(doors: Doors, item: dict[str, Any]) -> None:
    """Send it in the name of a city that does not run, signed as was agreed. Raises Stopped where it is refused."""
    env, body = doors.env, json.dumps({"items": [item]}, ensure_ascii=False).encode()
    [(key_id, secret)] = json.loads(env["BBCS_PORTAL_BRIDGE_CITY_KEYS"]).items()
    request = signatures.Request("POST", env["BBCS_PORTAL_BRIDGE_PUBLIC_URL"] + _PATH, body)
    signed = signatures.signed(request, signatures.Key(key_id, base64.b64decode(secret)), SystemClock().now())
    headers = signed | {"content-type": "application/json"}
    answered = await doors.ask(None, "portal-bridge", "POST", _PATH, content=body, headers=headers)
    [answer] = answered["answers"]
    if answer["answer"] not in _ACCEPTED:
        raise Stopped(f"the city's item was refused: {answer['code']}")


async def _registered(doors: Doors, key: str) -> str:
    """The complaint's id, as soon as its ticket is open. Raises Stopped."""
    end = asyncio.get_running_loop().time() + _PATIENCE_S
    while asyncio.get_running_loop().time() < end:
        asked = {"source_id": key}
        for one in await doors.ask("channel.city-exit", "intake", "GET", "/v1/receipts", params=asked):
            complaint = str(one["complaint_id"])
            if await doors.ask("centre", "dispatch", "GET", "/v1/tickets", params={"complaint_id": complaint}):
                return complaint
        await asyncio.sleep(_AGAIN_S)
    raise Stopped(f"the city's item {key} is no complaint")
