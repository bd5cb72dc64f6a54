"""Requests signed by RFC 9421 with HMAC-SHA-256: what is said to the city and what it says (docs/city-feedback.md).

Three components are covered, in this order and no others: `@method`, `@target-uri`, `content-digest` (RFC 9530). So a
request cannot be changed, nor sent to another address; who says it again within the window says nothing new.
"""

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts.refusals import Refused

_COVERED = '("@method" "@target-uri" "content-digest")'
_INPUT = re.compile(r'([a-z*][a-z0-9_.*-]{0,63})=\("@method" "@target-uri" "content-digest"\)(;.{1,1024})')
_PARAMETER = re.compile(r';([a-z]{1,16})=(?:([0-9]{1,15})|"([\x20\x21\x23-\x5b\x5d-\x7e]{0,256})")')
_SIGNATURE = re.compile(r"([a-z*][a-z0-9_.*-]{0,63})=:([A-Za-z0-9+/]{43}=):")
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")
_NUMBERS, _WORDS = frozenset({"created", "expires"}), frozenset({"keyid", "alg", "nonce", "tag"})


@dataclass(frozen=True, slots=True)
class Key:
    """A secret of at least 32 bytes, and the id by which both sides know it."""

    key_id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """What is signed of a request: `url` is its whole address as both sides agreed on it, not as a proxy made it."""

    method: str
    url: str
    body: bytes = b""


def signed(request: Request, key: Key, at: datetime) -> dict[str, str]:
    """The headers that sign a request at an instant."""
    digest = f"sha-256=:{_digest(request.body)}:"
    parameters = f';created={int(at.timestamp())};keyid="{key.key_id}";alg="hmac-sha256"'
    made = _made(request, digest, parameters, key.secret)
    return {
        "content-digest": digest,
        "signature-input": f"sig1={_COVERED}{parameters}",
        "signature": f"sig1=:{made}:",
    }


def check(
    request: Request, headers: Mapping[str, str], keys: Mapping[str, bytes], now: datetime, window: timedelta
) -> str:
    """The id of the key by which a request was signed, at most `window` before or after now.

    `headers` are looked up in small letters. Raises Refused("signature.missing"), ("signature.expired"), and
    ("signature.wrong") for everything else: another key, other words, another form.
    """
    if "signature-input" not in headers or "signature" not in headers:
        raise Refused("signature.missing")
    parameters, made = _read(headers["signature-input"], headers["signature"])
    said = _parameters(parameters)
    key_id = str(said["keyid"])
    if not _is_digest_of(request.body, headers.get("content-digest", "")) or key_id not in keys:
        raise Refused("signature.wrong")
    wanted = _made(request, headers["content-digest"], parameters, keys[key_id])
    if not hmac.compare_digest(wanted, made):
        raise Refused("signature.wrong")
    _be_fresh(said, now, window)
    return key_id


def _digest(body: bytes) -> str:
    return b64encode(hashlib.sha256(body).digest()).decode()


def _made(request: Request, digest: str, parameters: str, secret: bytes) -> str:
    lines = (
        f'"@method": {request.method}',
        f'"@target-uri": {request.url}',
        f'"content-digest": {digest}',
        f'"@signature-params": {_COVERED}{parameters}',
    )
    return b64encode(hmac.digest(secret, "\n".join(lines).encode(), "sha256")).decode()


def _read(signature_input: str, signature: str) -> tuple[str, str]:
    """The parameters as they are signed, and the signature. Raises Refused unless there is one, of one label."""
    said, made = _INPUT.fullmatch(signature_input.strip()), _SIGNATURE.fullmatch(signature.strip())
    if said is None or made is None or said[1] != made[1]:
        raise Refused("signature.wrong")
    return said[2], made[2]


def _parameters(written: str) -> dict[str, int | str]:
    """By name. Raises Refused for one that is not known, stands twice, or is missing."""
    pairs = [(one[1], one[2], one[3]) for one in _PARAMETER.finditer(written)]
    whole = "".join(one[0] for one in _PARAMETER.finditer(written)) == written
    numbers = {name: int(number) for name, number, _ in pairs if number is not None and name in _NUMBERS}
    words = {name: word for name, _, word in pairs if word is not None and name in _WORDS}
    known = whole and len(numbers) + len(words) == len(pairs)
    if (
        not known
        or "created" not in numbers
        or "keyid" not in words
        or words.get("alg", "hmac-sha256") != "hmac-sha256"
    ):
        raise Refused("signature.wrong")
    return numbers | words


def _is_digest_of(body: bytes, header: str) -> bool:
    """Whether the header has the sha-256 of the body; it may have digests by other algorithms beside it."""
    found = [_DIGEST.fullmatch(member.strip()) for member in header.split(",")]
    return [one[1] for one in found if one] == [_digest(body)]


def _be_fresh(said: Mapping[str, int | str], now: datetime, window: timedelta) -> None:
    created, expires = int(said["created"]), int(said.get("expires", now.timestamp()))
    if abs(now.timestamp() - created) > window.total_seconds() or expires < int(now.timestamp()):
        raise Refused("signature.expired")
