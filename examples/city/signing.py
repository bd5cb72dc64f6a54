"""Signatures of requests by RFC 9421, made and verified by the library http-message-signatures."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)

COVERED = ("@method", "@target-uri", "content-digest")
WINDOW = timedelta(minutes=5)


class UnsignedError(Exception):
    """A request is not signed as it must be; `code` says in which way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Message:
    """A request as far as it is signed: `url` is the whole address, as both sides agreed on it."""

    method: str
    url: str
    headers: Mapping[str, str]


class Keys(HTTPSignatureKeyResolver):
    """Keys by their ids, written as `id:base64 id:base64`; the first one signs, each of them is accepted."""

    def __init__(self, written: str) -> None:
        pairs = (one.partition(":") for one in written.split())
        self.by_id = {key_id: b64decode(key, validate=True) for key_id, _, key in pairs}
        self.signing = next(iter(self.by_id))

    def resolve_public_key(self, key_id: str) -> bytes:
        """The key that verifies; the library takes a KeyError for a wrong signature."""
        return self.by_id[key_id]

    def resolve_private_key(self, key_id: str) -> bytes:
        """The key that signs."""
        return self.by_id[key_id]


def sign(message: Message, body: bytes, keys: Keys, now: datetime) -> None:
    """Add digest and signature to the message's headers."""
    signer = HTTPMessageSigner(signature_algorithm=algorithms.HMAC_SHA256, key_resolver=keys)
    signer.sign(message, key_id=keys.signing, created=now, label="sig1", covered_component_ids=COVERED[:2], body=body)


def verify(message: Message, body: bytes, keys: Keys, now: datetime) -> None:
    """Raises UnsignedError unless the message is signed by one of these keys, within five minutes of now."""
    if "signature-input" not in message.headers:
        raise UnsignedError("signature.missing")
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.HMAC_SHA256, key_resolver=keys)
    verifier.max_clock_skew = timedelta(days=36_500)  # it would ask the machine's clock; the city's is asked below
    try:
        [found] = verifier.verify(message, max_age=None, require_components=COVERED, body=body)
    except InvalidSignature as error:
        raise UnsignedError("signature.wrong") from error
    created = datetime.fromtimestamp(int(found.parameters["created"]), UTC)
    expires = int(found.parameters.get("expires", now.timestamp()))
    if abs(now - created) > WINDOW or expires < int(now.timestamp()):
        raise UnsignedError("signature.expired")
