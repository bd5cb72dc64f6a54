"""Who asks is known by a key whose digest alone is kept."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.security import Keyring, Principal, allow
from chassis.settings import UnusableSettings
from contracts.refusals import Refused


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


KEYRING = Keyring({"channel.window": digest("w" * 43), "centre": digest("c" * 43)})


def refusal(authorization: str | None) -> str:
    with pytest.raises(Refused) as refused:
        KEYRING.caller(authorization)
    return refused.value.code


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_a_key_names_its_principal(scheme: str) -> None:
    assert KEYRING.caller(f"{scheme} {'w' * 43}") == Principal("channel.window")
    assert KEYRING.caller(f"{scheme} {'c' * 43}") == Principal("centre")


def test_without_a_header_the_credential_is_missing() -> None:
    assert refusal(None) == "credential.missing"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", f"Basic {'w' * 43}", f"{'w' * 43}", f"Bearer {'w' * 43} x"]
)
def test_another_header_is_a_wrong_credential(header: str) -> None:
    assert refusal(header) == "credential.wrong"


@given(st.text(max_size=600))
def test_whatever_else_is_said_is_a_wrong_credential(said: str) -> None:
    assert refusal(f"Bearer {said}") == "credential.wrong"


def test_the_digest_itself_is_no_key() -> None:
    assert refusal(f"Bearer {digest('w' * 43)}") == "credential.wrong"


@pytest.mark.parametrize(
    ("name", "kind", "rest"),
    [
        ("channel.district-portal", "channel", "district-portal"),
        ("unit.hrss", "unit", "hrss"),
        ("centre", "centre", ""),
    ],
)
def test_a_principal_is_of_a_kind(name: str, kind: str, rest: str) -> None:
    assert (Principal(name).kind, Principal(name).rest) == (kind, rest)


def test_other_kinds_are_not_allowed() -> None:
    allow(Principal("unit.hrss"), "channel", "unit")
    with pytest.raises(Refused, match=r"principal\.not-allowed"):
        allow(Principal("unit.hrss"), "channel", "centre")
    with pytest.raises(Refused, match=r"principal\.not-allowed"):
        allow(Principal("centre"))


@pytest.mark.parametrize("keys", [{"a": digest("x"), "b": digest("x")}, {"A B": digest("x")}, {"": digest("x")}])
def test_keys_that_name_nobody_for_sure_are_refused_at_start(keys: dict[str, str]) -> None:
    with pytest.raises(UnusableSettings, match="KEYS"):
        Keyring(keys)
