"""The forms of codes and ids that travel on topics."""

import re
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, StringConstraints

from contracts.refusals import Refused

ComplaintId = UUID
TicketId = UUID

UnitCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,30}$")]
"""A unit's code; part of its topics' and its principal's names."""

DISTRICT = "310151"
"""崇明区 since 2016 (rules 7)."""
DISTRICT_PLACE = DISTRICT + "000000"
_FORMER_DISTRICT = "310230"

_PLACE = re.compile(r"[0-9]{12}")
_BASIC_MATTER = re.compile(r"[0-9]{12}")
_IMPLEMENTED_MATTER = re.compile(r"[0-9A-Z]{18}[0-9]([0-9]{12})")


def place_code(said: str) -> str:
    """The 12-digit code of the place that was said; the county's old 310230 becomes 310151 (rules 7).

    A shorter code of the district or a town is filled with zeros. Raises Refused("place.malformed").
    """
    digits = said.strip()
    if digits.isascii() and digits.isdigit() and len(digits) in (6, 9):
        digits = digits.ljust(12, "0")
    if not _PLACE.fullmatch(digits):
        raise Refused("place.malformed")
    return DISTRICT + digits[6:] if digits.startswith(_FORMER_DISTRICT) else digits


def matter_code(said: str) -> str:
    """The 12-digit basic code (基本编码) of the matter, also out of a 31-character implementation code (实施编码).

    Raises Refused("matter.malformed").
    """
    code = said.strip().upper()
    if _BASIC_MATTER.fullmatch(code):
        return code
    implemented = _IMPLEMENTED_MATTER.fullmatch(code)
    if implemented is None:
        raise Refused("matter.malformed")
    return implemented[1]


def enclosing_places(place: str) -> tuple[str, ...]:
    """The place and what it lies in, nearest first: village, town, district."""
    chain = (place, place[:9] + "000", place[:6] + "000000")
    return tuple(dict.fromkeys(chain))


PlaceCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$"), AfterValidator(place_code)]
MatterCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]

TextId = UUID

PrincipalName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,40}(\.[a-z0-9][a-z0-9-]{0,40})?$")]
"""Who signs in: a service, `channel.<channel>`, `unit.<code>`, `centre`."""
