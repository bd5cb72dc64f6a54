"""What the city's 好差评 platform sends: one form for its topic, for HTTP and for what is fetched from it."""

import hashlib
import json
import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from contracts.portal import CityKey
from contracts.refusals import Refused
from contracts.vocabulary import CityChannel, ReporterKind

_RFC3339 = re.compile(
    r"20[0-9]{2}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_ENDS = re.compile(r"\r\n?")
_KEY = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MOST_FIELDS = 20


def _instant(written: object) -> datetime:
    if not isinstance(written, str) or not _RFC3339.fullmatch(written):
        raise PydanticCustomError("time_with_offset", "a time with its offset, as RFC 3339 writes it")
    try:
        return datetime.fromisoformat(written.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("time_with_offset", "a day and a time that exist") from None


def _worded(written: str) -> str:
    """What was written, composed (NFC), with line ends of one kind."""
    if _CONTROL.search(written):
        raise PydanticCustomError("control_character", "no control characters")
    return unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", written)).strip()


_Instant = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
_Code = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,64}$")]
_Said = Annotated[str, Field(max_length=64), AfterValidator(_worded)]
_Name = Annotated[str, Field(max_length=100), AfterValidator(_worded)]
_Subject = Annotated[str, Field(max_length=200), AfterValidator(_worded)]
_Text = Annotated[str, AfterValidator(_worded)]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CityReporter(_Form):
    """反映人 as far as the city names them."""

    kind: ReporterKind
    name: _Name | None = None
    phone: _Said | None = None
    id_number: _Said | None = None
    credit_code: _Said | None = None


class CityAttachment(_Form):
    """A reference to a file that stays with the city."""

    name: _Name
    media_type: Annotated[str, Field(max_length=100)]
    href: Annotated[str, Field(max_length=500)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")] | None = None


class CityFeedback(_Form):
    """One feedback of the city's 好差评 platform (docs/city-feedback.md); a field that is not named here is refused."""

    key: CityKey
    area: Annotated[str, StringConstraints(pattern=r"^([0-9]{6}|[0-9]{12})$")]
    unit_credit_code: Annotated[str, Field(max_length=64)]
    matter_code: _Said | None = None
    project_number: _Code | None = None
    pf: Annotated[int, Field(ge=min(CityChannel), le=max(CityChannel), strict=True)]
    rating: Annotated[int, Field(ge=1, le=5, strict=True)] | None = None
    assess_number: Literal[1, 2] = 1
    corrects: CityKey | None = None
    default_rating: Annotated[bool, Field(strict=True)] = False
    happened_at: _Instant
    received_at: _Instant
    reporter: CityReporter
    subject: _Subject | None = None
    text: _Text | None = None
    attachments: Annotated[tuple[CityAttachment, ...], Field(max_length=10)] = ()


def read(value: object) -> CityFeedback:
    """The feedback in a JSON value. Raises Refused("city.invalid"), whose `fields` say where and why, never what."""
    try:
        return CityFeedback.model_validate(value)
    except ValidationError as error:
        raise Refused("city.invalid", fields=_fields(error)) from None


def key_of(value: object) -> str | None:
    """The key of what may be no feedback at all; None if it cannot be read."""
    said = value.get("key") if isinstance(value, dict) else None
    return said if isinstance(said, str) and _KEY.fullmatch(said) else None


def digest(value: object) -> str:
    """The SHA-256 (hex) of a JSON value, as both sides' ledgers write it."""
    return hashlib.sha256(written(value)).hexdigest()


def written(value: object) -> bytes:
    """A JSON value in the one form by which two are compared."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _fields(error: ValidationError) -> list[str]:
    refused = error.errors(include_url=False, include_context=False, include_input=False)[:_MOST_FIELDS]
    return [f"{_path(one['loc'], one['type'])}: {one['type']}" for one in refused]


def _path(place: tuple[int | str, ...], kind: str) -> str:
    """The name of a field that we do not know is not repeated."""
    known = (*place[:-1], "?") if kind == "extra_forbidden" else place
    return ".".join(map(str, known)) or "-"
