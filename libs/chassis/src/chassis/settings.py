"""What an operator may change, read from the environment: `BBCS_<SERVICE>_<X>` first, then `BBCS_<X>`."""

import json
import os
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "BBCS_"


class UnusableSettings(Exception):  # noqa: N818 - read by people at start, as a sentence
    """Settings that a service cannot start with; the message names the variables, never their values."""


def _from_json(given: object) -> object:
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except json.JSONDecodeError:
        raise ValueError("not a JSON object") from None


FromJson = BeforeValidator(_from_json)
"""Marks a setting that is written as JSON in the environment."""

Sha256Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Settings(BaseSettings):
    """The settings that every service has; `class IntakeSettings(Settings, service="intake")` adds its own."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    SERVICE: ClassVar[str] = "service"

    kafka_servers: str
    kafka_security: Literal["SASL_PLAINTEXT", "SASL_SSL", "PLAINTEXT"] = "SASL_PLAINTEXT"
    kafka_username: str
    """The service's name unless it is set."""
    kafka_password: SecretStr = SecretStr("")
    database_url: SecretStr
    """postgresql+asyncpg://user:password@host:port/database"""
    redis_url: SecretStr | None = None

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8000, ge=0, le=65535)
    http_max_bytes: int = Field(default=1024 * 1024, ge=1024)
    """The largest request body that is read."""
    http_seconds: float = Field(default=15.0, gt=0)
    """How long a request may take before it is answered with `request.deadline`."""
    rate_limit: str = "2000/minute"
    """Requests of one principal, as `limits` writes it: `100/second;2000/minute`."""
    keys: Annotated[dict[str, Sha256Hex], FromJson] = {}
    """The sha256 (hex) of every principal's bearer key."""

    instance: str | None = None
    """Names this instance; set, it is a static member of its consumer group."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    clock: str | None = None
    """`<real instant>|<business instant>|<speed>`, on a local stack only."""
    otlp_endpoint: str | None = None

    vault_keys: Annotated[dict[str, SecretStr], FromJson] = {}
    """Wrapping keys by id, base64 of 32 bytes; old ids stay so that what they wrapped can be read."""
    vault_key: str | None = None
    """The id of the key that new keys are wrapped by."""
    vault_cipher: Literal["AES-256-GCM", "SM4-GCM"] = "AES-256-GCM"
    blind_key: SecretStr | None = None
    """Base64 of the 32 bytes that blind indexes are made with."""

    def __init_subclass__(cls, *, service: str | None = None, **rest: Any) -> None:
        super().__init_subclass__(**rest)
        if service is not None:
            cls.SERVICE = service

    @classmethod
    def read(cls) -> Self:
        """The settings of the environment. Raises UnusableSettings, which names what is missing or wrong."""
        try:
            return cls.model_validate({})
        except ValidationError as error:
            raise UnusableSettings(cls._sentence(error)) from None

    @classmethod
    def _sentence(cls, error: ValidationError) -> str:
        told = (f"{cls.variables(str(one['loc'][0]))[0]} ({one['type']})" for one in error.errors(include_input=False))
        return f"{cls.SERVICE} cannot start, these settings are missing or wrong: {', '.join(dict.fromkeys(told))}"

    @classmethod
    def variables(cls, field: str) -> tuple[str, str]:
        """The environment variables that a setting is read from, the service's own first."""
        service = cls.SERVICE.replace("-", "_").upper()
        return f"{PREFIX}{service}_{field.upper()}", f"{PREFIX}{field.upper()}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment; no files."""
        username = InitSettingsSource(settings_cls, {"kafka_username": cls.SERVICE})
        return init_settings, _Environment(settings_cls), username


class _Environment(PydanticBaseSettingsSource):
    """Reads each setting from the first of its variables that is not empty; values are never merged."""

    settings_cls: type[Settings]

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        said = (os.environ.get(name) for name in self.settings_cls.variables(field_name))
        return next(filter(None, said), None), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}
