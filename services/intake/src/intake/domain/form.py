"""What a channel may say: the complaint form, closed, every field in one form."""

import binascii
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, FailFast, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from contracts import ids, numbers
from contracts.refusals import Refused
from contracts.vocabulary import Cause, ReporterKind

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_END = re.compile(r"\r\n?")
_RFC3339 = re.compile(
    r"20[0-9]{2}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def _composed(written: str) -> str:
    if _CONTROL.search(written):
        raise PydanticCustomError("control_character", "no control characters")
    return unicodedata.normalize("NFC", _LINE_END.sub("\n", written)).strip()


def worded(written: str) -> str:
    """What was written, composed (NFC), without blanks around it, each line ended by a newline alone.

    Raises PydanticCustomError for control characters (C0, DEL, C1) other than line ends and tabs, and for nothing but
    blanks.
    """
    said = _composed(written)
    if not said:
        raise PydanticCustomError("blank", "not blank")
    return said


def _given(normalised: Callable[[str], str | None]) -> AfterValidator:
    """What may be left out, also by leaving it blank, and has a form of its own when it is given."""

    def when_given(written: str | None) -> str | None:
        said = written and _composed(written)
        return normalised(said) if said else None

    return AfterValidator(when_given)


def _usable(code: Callable[[str], str], said: str) -> str | None:
    """The directory's form of a code; None for what has no usable form, which is the manual queue's to solve."""
    try:
        return code(unicodedata.normalize("NFKC", said))
    except Refused:
        return None


def source_id(written: str) -> str:
    """A channel's own id for a complaint, composed (NFC). Raises PydanticCustomError unless all of it is visible."""
    name = unicodedata.normalize("NFC", written)
    if not name.isprintable() or " " in name:
        raise PydanticCustomError("visible_characters", "visible characters only")
    return name


def instant(written: object) -> datetime:
    """The instant in UTC of an RFC 3339 time of this century with its offset. Raises PydanticCustomError for others."""
    if not isinstance(written, str) or not _RFC3339.fullmatch(written):
        raise PydanticCustomError("time_with_offset", "a time with its offset, as RFC 3339 writes it")
    try:
        return datetime.fromisoformat(written.upper()).astimezone(UTC)
    except ValueError:
        raise PydanticCustomError("time_with_offset", "a day and a time that exist") from None


def _base64(written: str) -> str:
    try:
        binascii.a2b_base64(written, strict_mode=True)
    except ValueError:
        raise PydanticCustomError("base64", "base64 of the content") from None
    return written


SourceId = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(source_id)]
_Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(worded)]
_Text = Annotated[str, Field(min_length=1), AfterValidator(worded)]
_Optional = Annotated[str | None, Field(max_length=64)]
_Phone = Annotated[_Optional, _given(numbers.phone)]
_IdNumber = Annotated[_Optional, _given(numbers.id_number)]
_CreditCode = Annotated[_Optional, _given(numbers.credit_code)]
_Matter = Annotated[_Optional, _given(partial(_usable, ids.matter_code))]
_Place = Annotated[_Optional, _given(partial(_usable, ids.place_code))]
_Instant = Annotated[datetime, BeforeValidator(instant), WithJsonSchema({"type": "string", "format": "date-time"})]
_MediaType = Annotated[str, Field(max_length=100, pattern=r"^[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+$")]


_Attachments = Annotated[tuple["Attachment", ...], FailFast()]
"""How many is the policy's to say; a million of nothing is not looked through."""


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reporter(_Form):
    """反映人 as the channel names them; without a phone nobody can be called back (rules 4)."""

    kind: ReporterKind
    name: _Name
    phone: _Phone = None
    id_number: _IdNumber = None
    credit_code: _CreditCode = None


class Attachment(_Form):
    """A file that came with the complaint, its content in base64."""

    name: _Name
    media_type: _MediaType
    content_base64: Annotated[str, AfterValidator(_base64)]


class Solved(_Form):
    """What was answered on the spot, and what the trouble was (rules 2.4)."""

    reply: _Text
    cause: Cause


class ComplaintForm(_Form):
    """诉求反映 as every channel submits it, by its topic or over HTTP; a field that is not named here is refused."""

    source_id: SourceId
    submitted_at: _Instant
    reporter: Reporter
    matter_code: _Matter = None
    place_code: _Place = None
    subject: _Text
    text: _Text
    attachments: _Attachments = ()
    solved: Solved | None = None
