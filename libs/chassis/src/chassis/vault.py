"""Personal data at rest (rules 7): a key per complaint, wrapped by a key that is not in the database.

    wrapped key = 1 byte length, wrapping key's id, cipher byte, nonce (12), ciphertext and tag
    sealed      = cipher byte, nonce (12), ciphertext and tag
    parcel      = 2 bytes length, wrapped key, sealed

What a sealed text is about (whose it is, and which field) is its associated data: moved to another row or column it
does not open.
"""

import base64
import binascii
import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from chassis.settings import Settings, UnusableSettings

NONCE_BYTES = 12
TAG_BYTES = 16
_WRAP = b"bbcs key wrapped by "


class NotOpened(Exception):  # noqa: N818 - the vault's word for its refusal
    """The vault does not open this: tampered with, about something else, or wrapped by a key that is not at hand."""


class _Aead(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...
    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


class _Sm4Gcm:
    """SM4 in Galois counter mode, with the shape of AESGCM."""

    def __init__(self, secret: bytes) -> None:
        self._algorithm = algorithms.SM4(secret)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        sealing = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        sealing.authenticate_additional_data(associated_data or b"")
        return sealing.update(data) + sealing.finalize() + sealing.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        opening = Cipher(self._algorithm, modes.GCM(nonce, data[-TAG_BYTES:])).decryptor()
        opening.authenticate_additional_data(associated_data or b"")
        return opening.update(data[:-TAG_BYTES]) + opening.finalize()


@dataclass(frozen=True, slots=True)
class _Scheme:
    """A cipher: its name in settings, its byte in what is sealed, its key's length."""

    name: str
    mark: bytes
    key_bytes: int
    using: Callable[[bytes], _Aead]


_SCHEMES = (_Scheme("AES-256-GCM", b"\x01", 32, AESGCM), _Scheme("SM4-GCM", b"\x02", 16, _Sm4Gcm))
_BY_NAME = {scheme.name: scheme for scheme in _SCHEMES}
_BY_MARK = {scheme.mark: scheme for scheme in _SCHEMES}


@dataclass(frozen=True, slots=True)
class Key:
    """One complaint's key, ready for use; `wrapped` is what is stored beside the complaint."""

    wrapped: bytes
    _scheme: _Scheme
    _secret: bytes
    _aead: _Aead

    def __repr__(self) -> str:
        return "Key(…)"


def about(subject: UUID, what: str) -> bytes:
    """The associated data of one thing (a complaint) and what of it is sealed (`text`, `phone`)."""
    return subject.bytes + what.encode()


class Vault:
    """Seals and opens personal data with keys that it wraps under VAULT_KEY."""

    def __init__(self, wrapping: Mapping[str, bytes], current: str, blind: bytes, cipher: str = "AES-256-GCM") -> None:
        self._wrapping = {
            (key_id, scheme.mark): scheme.using(_derived(secret, scheme))
            for key_id, secret in wrapping.items()
            for scheme in _SCHEMES
        }
        self._current, self._blind, self._scheme = current, blind, _BY_NAME[cipher]

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The vault that the settings describe. Raises UnusableSettings with a sentence that names what is missing."""
        wrapping = {key_id: _secret(settings, "vault_keys", key.get_secret_value()) for key_id, key in _keys(settings)}
        if settings.vault_key not in wrapping:
            raise _unusable(settings, "vault_key", "names no key of VAULT_KEYS")
        if settings.blind_key is None:
            raise _unusable(settings, "blind_key", "is missing")
        blind = _secret(settings, "blind_key", settings.blind_key.get_secret_value())
        return cls(wrapping, settings.vault_key, blind, settings.vault_cipher)

    def new_key(self) -> Key:
        """A new random key, wrapped by the current wrapping key."""
        return self._wrapped(self._scheme, os.urandom(self._scheme.key_bytes))

    def unwrap(self, wrapped: bytes) -> Key:
        """The key that was stored wrapped, under whatever wrapping key still at hand. Raises NotOpened."""
        head, mark, box = _parted(wrapped)
        wrapping = self._wrapping.get((_key_id(head), mark))
        if wrapping is None:
            raise NotOpened(f"no wrapping key for this cipher is called {_key_id(head)!r}; is it still in VAULT_KEYS?")
        secret, scheme = _opened(wrapping, box, _WRAP + head + mark), _BY_MARK[mark]
        return Key(wrapped, scheme, secret, scheme.using(secret))

    def wrap(self, key: Key) -> bytes:
        """The key wrapped by the current wrapping key: to store when wrapping keys have been changed."""
        return self._wrapped(key._scheme, key._secret).wrapped

    def seal(self, key: Key, plain: bytes, about: bytes) -> bytes:
        """The text sealed; it opens with the same key and the same `about` alone."""
        return key._scheme.mark + _boxed(key._aead, plain, key._scheme.mark + about)

    def open(self, key: Key, sealed: bytes, about: bytes) -> bytes:
        """The text that was sealed. Raises NotOpened."""
        mark = sealed[:1]
        if mark != key._scheme.mark:
            raise NotOpened("this was sealed with another cipher, or is not sealed at all")
        return _opened(key._aead, sealed[1:], mark + about)

    def seal_parcel(self, plain: bytes, about: bytes) -> bytes:
        """The text sealed with a key of its own that travels with it, wrapped: for what belongs to no complaint yet."""
        key = self.new_key()
        return len(key.wrapped).to_bytes(2) + key.wrapped + self.seal(key, plain, about)

    def open_parcel(self, parcel: bytes, about: bytes) -> bytes:
        """The text out of a parcel. Raises NotOpened."""
        end = 2 + int.from_bytes(parcel[:2])
        return self.open(self.unwrap(parcel[2:end]), parcel[end:], about)

    def blind(self, plain: bytes) -> bytes:
        """A blind index of 32 bytes (HMAC-SHA256): equal for equal texts, not to be guessed without BLIND_KEY."""
        return hmac.digest(self._blind, plain, "sha256")

    def _wrapped(self, scheme: _Scheme, secret: bytes) -> Key:
        name = self._current.encode()
        head = len(name).to_bytes(1) + name
        box = _boxed(self._wrapping[self._current, scheme.mark], secret, _WRAP + head + scheme.mark)
        return Key(head + scheme.mark + box, scheme, secret, scheme.using(secret))


def _boxed(aead: _Aead, plain: bytes, associated: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + aead.encrypt(nonce, plain, associated)


def _opened(aead: _Aead, box: bytes, associated: bytes) -> bytes:
    if len(box) < NONCE_BYTES + TAG_BYTES:
        raise NotOpened("this is too short to be sealed")
    try:
        return aead.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], associated)
    except InvalidTag:
        raise NotOpened("this was changed, or is about something else") from None


def _parted(wrapped: bytes) -> tuple[bytes, bytes, bytes]:
    end = 1 + int.from_bytes(wrapped[:1])
    return wrapped[:end], wrapped[end : end + 1], wrapped[end + 1 :]


def _key_id(head: bytes) -> str:
    return head[1:].decode("ascii", "replace")


def _derived(secret: bytes, scheme: _Scheme) -> bytes:
    """One stored secret serves every cipher, and none of them gets the very same bits."""
    return HKDF(hashes.SHA256(), scheme.key_bytes, salt=None, info=b"bbcs wrap " + scheme.name.encode()).derive(secret)


_KEY_BYTES = 32
_LONGEST_KEY_ID = 64


def _keys(settings: Settings) -> list[tuple[str, SecretStr]]:
    if not settings.vault_keys:
        raise _unusable(settings, "vault_keys", "is missing")
    if not all(key_id.isascii() and 0 < len(key_id) <= _LONGEST_KEY_ID for key_id in settings.vault_keys):
        raise _unusable(settings, "vault_keys", f"has a key id that is not 1 to {_LONGEST_KEY_ID} ASCII characters")
    return list(settings.vault_keys.items())


def _secret(settings: Settings, field: str, written: str) -> bytes:
    try:
        secret = base64.b64decode(written, validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) != _KEY_BYTES:
        raise _unusable(settings, field, f"is not base64 of {_KEY_BYTES} bytes")
    return secret


def _unusable(settings: Settings, field: str, why: str) -> UnusableSettings:
    return UnusableSettings(
        f"{settings.SERVICE} cannot start, its vault needs {settings.variables(field)[0]}, which {why}"
    )
