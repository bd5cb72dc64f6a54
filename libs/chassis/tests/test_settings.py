"""Settings come from the environment, the service's own variable first, and never leak."""

import hashlib
import json

import pytest
from pydantic import SecretStr

from chassis.settings import Settings, UnusableSettings


class DeskSettings(Settings, service="front-desk"):
    """A service's settings."""

    desks: int = 3


DIGEST = hashlib.sha256(b"key").hexdigest()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for field in DeskSettings.model_fields:
        for name in DeskSettings.variables(field):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BBCS_KAFKA_SERVERS", "127.0.0.1:9092")
    monkeypatch.setenv("BBCS_DATABASE_URL", "postgresql+asyncpg://a:secret@127.0.0.1/a")
    return monkeypatch


def test_the_services_own_variable_comes_first(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("BBCS_HTTP_PORT", "8001")
    environment.setenv("BBCS_FRONT_DESK_HTTP_PORT", "8002")
    environment.setenv("BBCS_FRONT_DESK_DESKS", "5")
    settings = DeskSettings.read()
    assert (settings.http_port, settings.desks) == (8002, 5)


def test_the_services_keys_replace_the_common_ones_and_are_not_merged(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("BBCS_KEYS", json.dumps({"channel.window": DIGEST}))
    environment.setenv("BBCS_FRONT_DESK_KEYS", json.dumps({"centre": DIGEST}))
    assert DeskSettings.read().keys == {"centre": DIGEST}


def test_an_empty_variable_is_as_if_not_set(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("BBCS_OTLP_ENDPOINT", "")
    environment.setenv("BBCS_FRONT_DESK_KAFKA_USERNAME", "")
    assert DeskSettings.read().otlp_endpoint is None
    assert DeskSettings.read().kafka_username == "front-desk"


def test_arguments_come_before_the_environment() -> None:
    assert (
        DeskSettings(kafka_servers="other:1", kafka_username="me", database_url=SecretStr("x")).kafka_servers
        == "other:1"
    )


def test_what_is_missing_is_named_in_a_sentence(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("BBCS_KAFKA_SERVERS")
    with pytest.raises(UnusableSettings, match=r"front-desk cannot start.*BBCS_FRONT_DESK_KAFKA_SERVERS \(missing\)"):
        DeskSettings.read()


@pytest.mark.parametrize("value", ['{"centre": "TopSecret"}', "TopSecret", '["TopSecret"]', '{"TopSecret": 1}'])
def test_a_wrong_value_is_never_repeated(environment: pytest.MonkeyPatch, value: str) -> None:
    environment.setenv("BBCS_KEYS", value)
    with pytest.raises(UnusableSettings) as told:
        DeskSettings.read()
    assert "BBCS_FRONT_DESK_KEYS" in str(told.value)
    assert "TopSecret" not in str(told.value)
    assert told.value.__cause__ is None


def test_passwords_do_not_show_when_settings_are_printed() -> None:
    assert "secret" not in repr(DeskSettings.read()).replace("SecretStr", "")
