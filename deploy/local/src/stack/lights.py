"""Where business time runs faster: when the next light turns, so that somebody can watch it turn."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

import httpx2

from chassis.clock import clock_from

_ASK_S = 10
_SHANGHAI = timezone(timedelta(hours=8))


def next_light(env: Mapping[str, str]) -> str | None:
    """A sentence; None where time runs as the machine's, or no light turns by itself."""
    clock = env.get("BBCS_CLOCK")
    if not clock:
        return None
    headers = {"authorization": f"Bearer {env['BBCS_CENTRE_KEY']}"}
    board = httpx2.get(f"{env['BBCS_SLA_MONITOR_URL']}/v1/board", headers=headers, timeout=_ASK_S).json()
    turning = [datetime.fromisoformat(one["next_at"]) for one in board["next_to_turn"]]
    return _sentence(clock, turning[0]) if turning else None


def _sentence(clock: str, at: datetime) -> str:
    left = (at - clock_from(clock).now()).total_seconds() / float(clock.rpartition("|")[2])
    return f"the next turns at {at.astimezone(_SHANGHAI):%Y-%m-%d %H:%M}, in {max(left, 0):.0f} s"
