"""A submission out of the bytes that a channel sent."""

import json
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError

from contracts.refusals import Refused
from contracts.vocabulary import Channel
from intake.domain.form import ComplaintForm

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
    form = _form(written)
    canonical = orjson.dumps(written, option=orjson.OPT_SORT_KEYS)
    if _may_repeat_a_key(received, canonical):
        _refuse_repeated_keys(received)
    return Submission(channel, received, canonical, form)


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
    except (KeyError, RecursionError):
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
