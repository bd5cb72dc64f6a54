"""What the vault seals opens with the same key and about the same thing, and in no other way (rules 7)."""

import base64
import json
import os
from unittest.mock import patch
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from chassis import vault
from chassis.settings import Settings, UnusableSettings
from chassis.vault import NotOpened, Vault

CIPHERS = ("AES-256-GCM", "SM4-GCM")
OLD, NEW, BLIND = b"o" * 32, b"n" * 32, b"b" * 32

VAULTS = {cipher: Vault({"old": OLD, "new": NEW}, "new", BLIND, cipher) for cipher in CIPHERS}
vaults = st.sampled_from(list(VAULTS.values()))


@given(vaults, st.binary(max_size=2000), st.binary(max_size=60))
def test_what_is_sealed_opens_again_also_after_its_key_was_stored(one: Vault, plain: bytes, about: bytes) -> None:
    key = one.new_key()
    sealed = one.seal(key, plain, about)
    assert one.open(key, sealed, about) == plain
    assert one.open(one.unwrap(key.wrapped), sealed, about) == plain


@given(vaults, st.binary(min_size=16, max_size=200))
def test_the_text_does_not_show_and_never_looks_the_same_twice(one: Vault, plain: bytes) -> None:
    key = one.new_key()
    first, second = one.seal(key, plain, b"a"), one.seal(key, plain, b"a")
    assert plain not in first
    assert first != second


@given(vaults, st.binary(max_size=100), st.data())
def test_a_changed_bit_is_refused(one: Vault, plain: bytes, data: st.DataObject) -> None:
    key = one.new_key()
    sealed = bytearray(one.seal(key, plain, b"a"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(NotOpened):
        one.open(key, bytes(sealed), b"a")


@given(vaults, st.data())
def test_a_changed_bit_of_a_wrapped_key_is_refused(one: Vault, data: st.DataObject) -> None:
    wrapped = bytearray(one.new_key().wrapped)
    wrapped[data.draw(st.integers(0, len(wrapped) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(NotOpened):
        one.unwrap(bytes(wrapped))


@given(vaults, st.binary(max_size=200))
def test_rubbish_is_refused_and_nothing_else_happens(one: Vault, rubbish: bytes) -> None:
    for attempt in (one.unwrap, lambda given: one.open_parcel(given, b"a"), lambda given: one.open(KEY, given, b"a")):
        with pytest.raises(NotOpened):
            attempt(rubbish)


KEY = VAULTS["AES-256-GCM"].new_key()


@given(vaults, st.binary(max_size=50), st.binary(max_size=50))
def test_it_opens_only_about_the_same_thing(one: Vault, about: bytes, other: bytes) -> None:
    key = one.new_key()
    sealed = one.seal(key, b"text", about)
    if about != other:
        with pytest.raises(NotOpened):
            one.open(key, sealed, other)


def test_what_it_is_about_tells_the_complaint_from_the_field() -> None:
    first, second = UUID(int=1), UUID(int=2)
    assert len({vault.about(one, what) for one in (first, second) for what in ("text", "phone", "")}) == 6


@pytest.mark.parametrize("cipher", CIPHERS)
def test_another_complaints_key_does_not_open_it(cipher: str) -> None:
    one = VAULTS[cipher]
    with pytest.raises(NotOpened):
        one.open(one.new_key(), one.seal(one.new_key(), b"text", b"a"), b"a")


@given(vaults, st.binary(max_size=2000), st.binary(max_size=30))
def test_a_parcel_carries_its_own_key(one: Vault, plain: bytes, about: bytes) -> None:
    assert one.open_parcel(one.seal_parcel(plain, about), about) == plain


@pytest.mark.parametrize("cipher", CIPHERS)
def test_old_wrapping_keys_stay_readable_and_new_ones_are_written(cipher: str) -> None:
    before = Vault({"old": OLD}, "old", BLIND, cipher)
    after = VAULTS[cipher]
    key = before.new_key()
    sealed = before.seal(key, b"text", b"a")
    assert after.open(after.unwrap(key.wrapped), sealed, b"a") == b"text"
    assert b"new" in after.new_key().wrapped


@pytest.mark.parametrize("cipher", CIPHERS)
def test_a_key_wrapped_anew_no_longer_needs_the_old_wrapping_key(cipher: str) -> None:
    before, after = Vault({"old": OLD}, "old", BLIND, cipher), VAULTS[cipher]
    key = before.new_key()
    sealed = before.seal(key, b"text", b"a")
    anew = after.wrap(after.unwrap(key.wrapped))
    without_old = Vault({"new": NEW}, "new", BLIND, cipher)
    assert without_old.open(without_old.unwrap(anew), sealed, b"a") == b"text"


@pytest.mark.parametrize("cipher", CIPHERS)
def test_a_wrapping_key_that_is_gone_is_named(cipher: str) -> None:
    wrapped = Vault({"old": OLD}, "old", BLIND, cipher).new_key().wrapped
    with pytest.raises(NotOpened, match=r"'old'.*VAULT_KEYS"):
        Vault({"new": NEW}, "new", BLIND, cipher).unwrap(wrapped)


def test_the_cipher_can_be_changed_and_both_stay_readable() -> None:
    aes, sm4 = VAULTS["AES-256-GCM"], VAULTS["SM4-GCM"]
    for writer, reader in ((aes, sm4), (sm4, aes)):
        assert reader.open_parcel(writer.seal_parcel(b"text", b"a"), b"a") == b"text"


def test_the_same_id_with_another_secret_does_not_open() -> None:
    wrapped = Vault({"k": OLD}, "k", BLIND).new_key().wrapped
    with pytest.raises(NotOpened):
        Vault({"k": NEW}, "k", BLIND).unwrap(wrapped)


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_blind_indexes_are_equal_for_equal_texts_alone(one: bytes, other: bytes) -> None:
    here, elsewhere = VAULTS["AES-256-GCM"], Vault({"new": NEW}, "new", b"c" * 32)
    assert (here.blind(one) == here.blind(other)) == (one == other)
    assert here.blind(one) != elsewhere.blind(one)
    assert len(here.blind(one)) == 32


def test_a_printed_key_does_not_show_its_secret() -> None:
    assert repr(KEY) == "Key(…)"


def written(secret: bytes) -> str:
    return base64.b64encode(secret).decode()


GOOD = {
    "vault_keys": json.dumps({"old": written(OLD), "new": written(NEW)}),
    "vault_key": "new",
    "blind_key": written(BLIND),
}


def settings(**changed: str | None) -> Settings:
    needed = {"kafka_servers": "k", "kafka_username": "k", "database_url": "d"}
    with patch.dict(os.environ, clear=True):
        return Settings.model_validate({k: v for k, v in {**needed, **GOOD, **changed}.items() if v is not None})


@pytest.mark.parametrize("cipher", CIPHERS)
def test_settings_make_a_vault(cipher: str) -> None:
    one = Vault.from_settings(settings(vault_cipher=cipher))
    assert one.open_parcel(VAULTS[cipher].seal_parcel(b"text", b"a"), b"a") == b"text"
    assert one.blind(b"text") == VAULTS[cipher].blind(b"text")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"vault_keys": None}, "VAULT_KEYS, which is missing"),
        ({"vault_keys": "{}"}, "VAULT_KEYS, which is missing"),
        ({"vault_key": None}, "VAULT_KEY, which names no key of VAULT_KEYS"),
        ({"vault_key": "gone"}, "VAULT_KEY, which names no key of VAULT_KEYS"),
        ({"blind_key": None}, "BLIND_KEY, which is missing"),
        ({"blind_key": "c2hvcnQ="}, "BLIND_KEY, which is not base64 of 32 bytes"),
        ({"vault_keys": '{"new": "***"}'}, "VAULT_KEYS, which is not base64 of 32 bytes"),
        ({"vault_keys": json.dumps({"钥": written(OLD)})}, "key id that is not 1 to 64 ASCII"),
    ],
)
def test_what_a_vault_cannot_start_with_is_said_in_a_sentence(changed: dict[str, str | None], sentence: str) -> None:
    with pytest.raises(UnusableSettings, match=sentence):
        Vault.from_settings(settings(**changed))


def test_keys_do_not_show_in_printed_settings() -> None:
    shown = repr(settings())
    assert written(OLD) not in shown
    assert written(BLIND) not in shown
    assert isinstance(settings().blind_key, SecretStr)
