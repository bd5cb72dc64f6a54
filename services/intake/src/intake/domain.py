"""The rules of registering (四(一), rules 2): what a submission must look like, what it becomes, what its reporter gets.

`read` says whether what a channel sent is a complaint at all, and normalises it; `admit` decides what needs the present
instant or the policy; `same` whether something said under a known source id is the same complaint.
"""

import binascii
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import phonenumbers
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic_core import PydanticCustomError
from stdnum import luhn
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as WrongNumber
from stdnum.iso7064 import mod_11_2

from contracts import ids
from contracts.refusals import Refused
from contracts.vocabulary import Channel, ReporterKind

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Policy:
    """What the district may decide otherwise."""

    future_tolerance: timedelta
    longest_subject: int
    longest_text: int
    most_attachments: int
    largest_bytes: int


# What numbers and codes become.


def _usable(code: Callable[[str], str], said: str) -> str | None:
    """The directory's form of a code; None for what has no usable form, which is the manual queue's to solve."""
    try:
        return code(unicodedata.normalize("NFKC", said))
    except Refused:
        return None


_SPACES = re.compile(r"[\s\-\u2010-\u2015\u2212()]+")
_MAINLAND_MOBILE = re.compile(r"(?:\+86|0086|86)?(1[3-9][0-9]{9})")
_LOCAL = re.compile(r"[2-9][0-9]{7}")
_SHANGHAI_AREA = "021"


def phone(said: str) -> str:
    """The number in E.164, `;ext=` and its extension behind; eight digits alone are a line in Shanghai.

    Raises Refused("complaint.phone") for a number that nobody can have.
    """
    digits = _SPACES.sub("", unicodedata.normalize("NFKC", said))
    mobile = _MAINLAND_MOBILE.fullmatch(digits)
    if mobile:
        return "+86" + mobile[1]
    return _other_phone(_SHANGHAI_AREA + digits if _LOCAL.fullmatch(digits) else said)


def _other_phone(said: str) -> str:
    try:
        number = phonenumbers.parse(said.replace("转", " ext. "), "CN")
    except phonenumbers.NumberParseException:
        raise Refused("complaint.phone") from None
    if not phonenumbers.is_valid_number(number):
        raise Refused("complaint.phone")
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written};ext={number.extension}" if number.extension else written


_ID_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
_OLDEST = 1880


def id_number(said: str) -> str:
    """The 18 characters of a citizen's ID number. Raises Refused("complaint.id-number").

    Its check digit and its date are checked, never its place: 310230 and 310151 are the same district (rules 7).
    """
    number = _SPACES.sub("", unicodedata.normalize("NFKC", said)).upper()
    if not _ID_NUMBER.fullmatch(number) or not mod_11_2.is_valid(number) or birthday(number).year < _OLDEST:
        raise Refused("complaint.id-number")
    return number


def birthday(number: str) -> date:
    """The date inside an ID number. Raises Refused("complaint.id-number") for a day that does not exist."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise Refused("complaint.id-number") from None


def credit_code(said: str) -> str:
    """The 18 characters of a unified social credit code. Raises Refused("complaint.credit-code")."""
    try:
        return str(uscc.validate(unicodedata.normalize("NFKC", said).upper()))
    except WrongNumber:
        raise Refused("complaint.credit-code") from None


# What a channel may say.

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_RFC3339 = re.compile(
    r"20[0-9]{2}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def _composed(written: str) -> str:
    if _CONTROL.search(written):
        raise PydanticCustomError("control_character", "no control characters")
    return unicodedata.normalize("NFC", written).strip()


def _said(written: str) -> str:
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
_Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_said)]
_Text = Annotated[str, Field(min_length=1), AfterValidator(_said)]
_Optional = Annotated[str | None, Field(max_length=64)]
_Phone = Annotated[_Optional, _given(phone)]
_IdNumber = Annotated[_Optional, _given(id_number)]
_CreditCode = Annotated[_Optional, _given(credit_code)]
_Matter = Annotated[_Optional, _given(partial(_usable, ids.matter_code))]
_Place = Annotated[_Optional, _given(partial(_usable, ids.place_code))]
_Instant = Annotated[datetime, BeforeValidator(instant), WithJsonSchema({"type": "string", "format": "date-time"})]
_MediaType = Annotated[str, Field(max_length=100, pattern=r"^[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+$")]


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


class ComplaintForm(_Form):
    """诉求反映 as every channel submits it, by its topic or over HTTP; a field that is not named here is refused."""

    source_id: SourceId
    submitted_at: _Instant
    reporter: Reporter
    matter_code: _Matter = None
    place_code: _Place = None
    subject: _Text
    text: _Text
    attachments: tuple[Attachment, ...] = ()


# What it becomes.

At = tuple[str, str]
"""A channel and its own id for a complaint: what it is recognised by (rules 2.2)."""


@dataclass(frozen=True, slots=True, repr=False)
class Submission:
    """A complaint as a channel said it: `raw` as received, `canonical` for comparing, `form` normalised."""

    channel: Channel
    raw: bytes
    canonical: bytes
    form: ComplaintForm

    @property
    def at(self) -> At:
        """What it is recognised by."""
        return self.channel.value, self.form.source_id

    @property
    def content(self) -> bytes:
        """What the complaint says, normalised, as JSON."""
        return self.form.model_dump_json(exclude_none=True).encode()


def read(channel: Channel, raw: bytes | None) -> Submission:
    """The submission out of the body that a channel sent.

    Raises Refused: `complaint.encoding`, `complaint.not-json`, `complaint.invalid` (with `fields`), `complaint.phone`,
    `complaint.id-number`, `complaint.credit-code`.
    """
    received = raw or b""
    written = _json(received)
    canonical = orjson.dumps(written, option=orjson.OPT_SORT_KEYS)
    if _may_repeat_a_key(received, canonical):
        _refuse_repeated_keys(received)
    return Submission(channel, received, canonical, _form(written))


def said(content: bytes) -> dict[str, Any]:
    """What a stored complaint says, as it was normalised when it came."""
    return dict(orjson.loads(content))


def _json(received: bytes) -> Any:
    try:
        return orjson.loads(received)
    except orjson.JSONDecodeError:
        raise Refused("complaint.not-json" if _is_utf8(received) else "complaint.encoding") from None


def _is_utf8(received: bytes) -> bool:
    try:
        received.decode()
    except UnicodeDecodeError:
        return False
    return True


def _may_repeat_a_key(received: bytes, canonical: bytes) -> bool:
    """A key that stands twice takes its quotes along when it is dropped; only an escaped quote could hide that."""
    return received.count(b'"') != canonical.count(b'"') or b"\\u0022" in received


def _refuse_repeated_keys(received: bytes) -> None:
    """What two readers could read differently is not JSON to us (RFC 8259, 4)."""
    try:
        json.loads(received, object_pairs_hook=_once)
    except KeyError:
        raise Refused("complaint.not-json") from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    said = dict(pairs)
    if len(said) < len(pairs):
        raise KeyError
    return said


def _form(written: object) -> ComplaintForm:
    try:
        return ComplaintForm.model_validate(written)
    except ValidationError as error:
        raise Refused("complaint.invalid", fields=_refused_fields(error)) from None


_MOST_FIELDS = 20


def _refused_fields(error: ValidationError) -> list[str]:
    """Where the form was refused and why, as `path: kind`; the name of a field that we do not know is not repeated."""
    refused = error.errors(include_url=False, include_context=False, include_input=False)[:_MOST_FIELDS]
    return [f"{_path(one['loc'], one['type'])}: {one['type']}" for one in refused]


def _path(place: tuple[int | str, ...], kind: str) -> str:
    known = (*place[:-1], "?") if kind == "extra_forbidden" else place
    return ".".join(map(str, known)) or "-"


@dataclass(frozen=True, slots=True)
class Known:
    """A registered complaint, as far as its channel is answered about it."""

    complaint_id: UUID
    channel: str
    source_id: str
    registered_at: datetime
    receipt: str
    fingerprint: bytes

    @property
    def at(self) -> At:
        """What it is recognised by."""
        return self.channel, self.source_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Known):
    """A complaint as it is stored: codes and times in the open, what people said sealed."""

    submitted_at: datetime
    reporter_kind: str
    matter_code: str | None
    place_code: str | None
    secret_hash: bytes
    wrapped_key: bytes
    raw: bytes
    content: bytes


# What is decided about it.


def admit(submission: Submission, policy: Policy, now: datetime) -> None:
    """Let a submission in.

    Raises Refused: `complaint.time-in-future`, `complaint.id-number` for someone not born yet, `request.too-large`, and
    `complaint.invalid` for what is longer than the policy allows.
    """
    form = submission.form
    if len(submission.raw) > policy.largest_bytes:
        raise Refused("request.too-large")
    if too_long := _too_long(form, policy):
        raise Refused("complaint.invalid", fields=too_long)
    if form.submitted_at > now + policy.future_tolerance:
        raise Refused("complaint.time-in-future")
    if form.reporter.id_number and birthday(form.reporter.id_number) > now.astimezone(SHANGHAI).date():
        raise Refused("complaint.id-number")


def _too_long(form: ComplaintForm, policy: Policy) -> list[str]:
    limits = (
        ("subject: string_too_long", len(form.subject), policy.longest_subject),
        ("text: string_too_long", len(form.text), policy.longest_text),
        ("attachments: too_long", len(form.attachments), policy.most_attachments),
    )
    return [refused for refused, length, most in limits if length > most]


def same(known: Known, fingerprint: bytes) -> Known:
    """The known complaint, said again. Raises Refused("complaint.different-body") when it is another one (rules 2.2)."""
    if known.fingerprint != fingerprint:
        raise Refused("complaint.different-body")
    return known


# What its reporter gets.

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SECRET_CHARACTERS = 16


def _crockford(bits: int, length: int) -> str:
    return "".join(_CROCKFORD[bits >> 5 * place & 31] for place in reversed(range(length)))


def receipt(complaint_id: UUID, registered_at: datetime) -> str:
    """What a reporter asks with, `20261125-7K3M-9QXZA`: the day in Shanghai, 40 bits of the id, a check character."""
    day, tail = f"{registered_at.astimezone(SHANGHAI):%Y%m%d}", _crockford(complaint_id.int, 8)
    return f"{day}-{tail[:4]}-{tail[4:]}{luhn.calc_check_digit(day + tail, _CROCKFORD)}"


def secret(drawn: bytes) -> str:
    """What a reporter proves with that a receipt is theirs, 80 of the bits drawn for it: `7K3M-9QXZ-A0B1-C2D3`."""
    written = _crockford(int.from_bytes(drawn), _SECRET_CHARACTERS)
    return "-".join(written[start : start + 4] for start in range(0, _SECRET_CHARACTERS, 4))


def secret_hash(secret: str) -> bytes:
    """What is stored of a secret: the sha256 of its characters."""
    return hashlib.sha256(secret.replace("-", "").upper().encode()).digest()
