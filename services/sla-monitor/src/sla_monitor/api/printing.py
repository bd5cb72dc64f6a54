"""The proof as a page that can be printed: one template, no script, nothing from elsewhere."""

from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from contracts.vocabulary import ClockKind, Complexity
from sla_monitor.domain import SHANGHAI, TERMS

if TYPE_CHECKING:
    from sla_monitor.api.proof import TicketProof

HEADERS = MappingProxyType(
    {
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "content-language": "zh-CN",
        "cache-control": "no-store",
        "vary": "accept",
    }
)
"""The page says what holds at this instant, and runs and fetches nothing."""

_COMPLEXITIES = {Complexity.SIMPLE: "简单", Complexity.GENERAL: "一般", Complexity.COMPLEX: "复杂"}
_WEEKDAYS = "一二三四五六日"
_CHANGES = {"started": "开始计时", "moved": "到期变更", "turned": "灯色变化", "stopped": "停止计时"}


def proof(found: "TicketProof") -> str:
    """The page of a ticket's proof."""
    return _pages.get_template("proof.html").render(proof=found)


def _local(at: datetime) -> str:
    """An instant by the clocks of Shanghai, with its offset; fractions of a second where there are some."""
    exact = "milliseconds" if at.microsecond else "seconds"
    return at.astimezone(SHANGHAI).isoformat(sep=" ", timespec=exact).replace("+", " +")


def _weekday(on: date) -> str:
    return f"周{_WEEKDAYS[on.weekday()]}"


def _term(name: str) -> str:
    days = TERMS[name].days
    return f"{days} 个工作日" if days else "当日"


def _nobody(clock: ClockKind) -> str:
    """Who answers for a clock without a unit: the centre asks, and rectifies; of others it is not decided yet."""
    return "区行政服务中心" if clock in {ClockKind.REVISIT, ClockKind.RECTIFY} else "尚无"


_pages = Environment(
    loader=PackageLoader("sla_monitor"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages.filters |= {
    "local": _local,
    "weekday": _weekday,
    "term": _term,
    "nobody": _nobody,
    "complexity": _COMPLEXITIES.__getitem__,
    "change": _CHANGES.__getitem__,
}
