"""What of a value may stand in a log line: codes, numbers, ids; everything else is taken out (rules 7)."""

import math
import re
from datetime import datetime
from uuid import UUID

HIDDEN = "[hidden]"

_CODE = re.compile(r"[A-Za-z0-9 ._:,;/<>{}()\[\]*+=#%'-]{0,200}")
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_DIGIT_RUN = re.compile(rf"(?P<keep>{_UUID})|\d(?:[ -]?\d){{6,}}[Xx]?")
_LARGEST_NUMBER = 10**9
_LINE = re.compile(rf'(?P<keep>{_UUID}|"(?:trace_id|span_id)":"[0-9a-f]+")|\d{{10,}}[Xx]?')

Shown = str | int | float | bool | None | list["Shown"] | dict[str, "Shown"]


def value(given: object) -> Shown:
    """What may be shown of a value: short ASCII codes without long digit runs, numbers of up to nine digits, ids."""
    match given:
        case None | bool():
            return given
        case int() | float():
            return _number(given)
        case UUID() | datetime():
            return str(given)
        case str():
            return _text(given)
        case list() | tuple() | set() | frozenset():
            return [value(one) for one in list(given)[:20]]
    return HIDDEN


def _number(given: float) -> Shown:
    if not math.isfinite(given) or abs(given) >= _LARGEST_NUMBER:
        return HIDDEN
    return round(given, 6)


def _text(given: str) -> str:
    """Phones, ID numbers and credit codes are long digit runs; Chinese names and free text are not ASCII."""
    return _DIGIT_RUN.sub(_kept_or_hidden, given) if _CODE.fullmatch(given) else HIDDEN


def _kept_or_hidden(found: re.Match[str]) -> str:
    return found["keep"] or HIDDEN


def line(written: str) -> str:
    """The finished line without long digit runs, ids aside: the second net under `value`."""
    return _LINE.sub(_kept_or_hidden, written)
