"""What the district may decide otherwise about the city's feedback."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The zone of every date, whatever the process thinks."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How far ahead the city's clock may be, how long what a person said, and how long a reply looks for its text."""

    future_tolerance: timedelta
    longest_text: int
    hold_after: timedelta
