"""What intake's tests share: a complaint form that is right, and a table of bodies that are not."""

import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from intake.domain import Policy

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
POLICY = Policy(
    future_tolerance=timedelta(minutes=5),
    longest_subject=200,
    longest_text=10_000,
    most_attachments=5,
    largest_bytes=1024 * 1024,
)

NAME, PHONE, SENTENCE = "上官种苗", "13912345678", "窗口说系统里查不到我的登记，让我改天再来"
ID_NUMBER = "31023019800303001X"

Body = Callable[..., bytes]
_NUMBERS = itertools.count()


def form(**changes: Any) -> dict[str, Any]:
    """A complaint form that is right, with changes; a change to None leaves the field out."""
    right = {
        "source_id": "W-2026-000017",
        "submitted_at": "2026-11-25T09:30:00+08:00",
        "reporter": {"kind": "citizen", "name": NAME, "phone": PHONE, "id_number": ID_NUMBER},
        "matter_code": "310151000123",
        "place_code": "310151101001",
        "subject": "社保登记办不成",
        "text": SENTENCE,
    }
    return {name: said for name, said in (right | changes).items() if said is not None}


def body(**changes: Any) -> bytes:
    """The form as a channel sends it."""
    return json.dumps(form(**changes), ensure_ascii=False).encode("utf-8", "surrogatepass")


class Hostile(NamedTuple):
    """A body that must be refused, and how."""

    name: str
    body: bytes
    code: str


def _reporter(**changes: Any) -> bytes:
    return body(reporter=form()["reporter"] | changes)


HOSTILE = [
    Hostile("nothing", b"", "complaint.not-json"),
    Hostile("not JSON", "办不成事！".encode(), "complaint.not-json"),
    Hostile("JSON that breaks off", body()[:-5], "complaint.not-json"),
    Hostile("not a number", b'{"source_id": NaN}', "complaint.not-json"),
    Hostile("a byte order mark", b"\xef\xbb\xbf" + body(), "complaint.not-json"),
    Hostile("a lone surrogate, escaped", body(text="X").replace(b'"X"', b'"\\ud800"'), "complaint.not-json"),
    Hostile("a lone surrogate, encoded", body(text="\udc00"), "complaint.encoding"),
    Hostile("GB 18030", body().decode().encode("gb18030"), "complaint.encoding"),
    Hostile("UTF-16", body().decode().encode("utf-16"), "complaint.encoding"),
    Hostile("10,000 brackets", b"[" * 10_000 + b"]" * 10_000, "complaint.not-json"),
    Hostile("10,000 objects", b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "complaint.not-json"),
    Hostile(
        "a field said twice", body().replace(b'{"source_id"', b'{"text": "x", "source_id"', 1), "complaint.not-json"
    ),
    Hostile(
        "a field said twice behind escaped quotes",
        body(text="Q").replace(b'"Q"', b'"\\u0022\\u0022\\u0022\\u0022", "text": "x"'),
        "complaint.not-json",
    ),
    Hostile(
        "a field said twice, once 900 deep",
        body().replace(b'{"source_id"', b'{"text": ' + b'{"a":' * 900 + b"1" + b"}" * 900 + b', "source_id"', 1),
        "complaint.not-json",
    ),
    Hostile("600 brackets", b'{"text": ' + b"[" * 600 + b"]" * 600 + b"}", "complaint.invalid"),
    Hostile("10,000 fields", json.dumps(dict.fromkeys(map(str, range(10_000)))).encode(), "complaint.invalid"),
    Hostile("an array", b"[]", "complaint.invalid"),
    Hostile("a string", b'"complaint"', "complaint.invalid"),
    Hostile("an unknown field", body(urgent="yes"), "complaint.invalid"),
    Hostile("an unknown field of the reporter", _reporter(address="x"), "complaint.invalid"),
    Hostile("no source id", body(source_id=None), "complaint.invalid"),
    Hostile("no reporter", body(reporter=None), "complaint.invalid"),
    Hostile("no text", body(text=None), "complaint.invalid"),
    Hostile("a blank text", body(text=" \n　"), "complaint.invalid"),
    Hostile("a null subject", body(subject="N").replace(b'"N"', b"null"), "complaint.invalid"),
    Hostile("a text that is a number", body(text=7), "complaint.invalid"),
    Hostile("a NUL", body(text="a\0b"), "complaint.invalid"),
    Hostile("a NUL in the source id", body(source_id="a\0b"), "complaint.invalid"),
    Hostile("a source id with a space", body(source_id="a b"), "complaint.invalid"),
    Hostile("an empty source id", body(source_id=""), "complaint.invalid"),
    Hostile("a long source id", body(source_id="a" * 129), "complaint.invalid"),
    Hostile("an unknown kind of reporter", _reporter(kind="official"), "complaint.invalid"),
    Hostile("a long name", _reporter(name="名" * 101), "complaint.invalid"),
    Hostile("a long subject", body(subject="事" * 201), "complaint.invalid"),
    Hostile("a long text", body(text="话" * 10_001), "complaint.invalid"),
    Hostile("a time without zone", body(submitted_at="2026-11-25T09:30:00"), "complaint.invalid"),
    Hostile("a time that is a number", body(submitted_at=1_795_570_200), "complaint.invalid"),
    Hostile("a day that does not exist", body(submitted_at="2026-02-30T09:30:00+08:00"), "complaint.invalid"),
    Hostile("an offset that does not exist", body(submitted_at="2026-11-25T09:30:00+99:99"), "complaint.invalid"),
    Hostile("a time in full-width digits", body(submitted_at="２026-11-25T09:30:00+08:00"), "complaint.invalid"),
    Hostile("a time in the future", body(submitted_at="2026-11-25T10:05:01+08:00"), "complaint.time-in-future"),
    Hostile("a phone of letters", _reporter(phone="call me"), "complaint.phone"),
    Hostile("a short phone", _reporter(phone="12345"), "complaint.phone"),
    Hostile("an ID number with a wrong check digit", _reporter(id_number="310230198003030018"), "complaint.id-number"),
    Hostile("an ID number of 15 digits", _reporter(id_number="310230800303001"), "complaint.id-number"),
    Hostile("an ID number of a day that was not", _reporter(id_number="310151199002300015"), "complaint.id-number"),
    Hostile("an ID number of somebody unborn", _reporter(id_number="310151203001010015"), "complaint.id-number"),
    Hostile("a wrong credit code", _reporter(credit_code="91310000132149237H"), "complaint.credit-code"),
    Hostile(
        "six attachments",
        body(attachments=[{"name": "a", "media_type": "a/b", "content_base64": ""}] * 6),
        "complaint.invalid",
    ),
    Hostile(
        "an attachment that is not base64",
        body(attachments=[{"name": "a.png", "media_type": "image/png", "content_base64": "*"}]),
        "complaint.invalid",
    ),
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each bad body to every test that asks for `hostile`."""
    if "hostile" in metafunc.fixturenames:
        metafunc.parametrize("hostile", HOSTILE, ids=lambda one: one.name)


@pytest.fixture(name="body")
def body_() -> Body:
    """Writes a body that is right, with changes."""
    return body


@pytest.fixture
def policy() -> Policy:
    """The standard policy."""
    return POLICY


@pytest.fixture
def now() -> datetime:
    """10:00 in Shanghai on a working day."""
    return NOW


@pytest.fixture
def unique() -> str:
    """A source id that no other test has."""
    return f"T-{next(_NUMBERS)}"
