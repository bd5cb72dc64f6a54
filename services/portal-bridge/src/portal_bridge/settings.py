"""What an operator may change about portal-bridge."""

from typing import Annotated

from pydantic import Field, SecretStr

from chassis.settings import FromJson, Settings


class PortalBridgeSettings(Settings, service="portal-bridge"):
    """The common settings, where the city and intake are, and the district's policy (rules 2.7)."""

    http_max_bytes: int = Field(default=4 * 1024 * 1024, ge=1024)
    """The largest request body that is read (policy)."""
    public_url: str = "http://127.0.0.1:8005"
    """The service's base URL as it was agreed with the city, by which its requests are signed."""
    city_url: str | None = None
    """The city's base URL; without one nothing is fetched from it, and no reply is sent."""
    city_keys: Annotated[dict[str, SecretStr], FromJson] = Field(default={})
    """The city's keys by id, base64 of at least 32 bytes: each of them is accepted."""
    district_keys: Annotated[dict[str, SecretStr], FromJson] = Field(default={})
    """The district's keys by id, in the same form."""
    district_key: str | None = None
    """The id of the key by which the district signs."""
    signature_minutes: int = Field(default=5, ge=1, le=60)
    """How old a signature may be, and how far ahead its clock (policy)."""
    future_tolerance_seconds: int = Field(default=300, ge=0)
    """How far ahead of ours the city's clock may be (policy)."""
    longest_text: int = Field(default=10_000, ge=1)
    """Characters of what a person said (policy)."""
    hold_minutes: float = Field(default=10.0, ge=0)
    """For how long a reply whose text intake does not know is tried, before it waits for the centre (policy)."""
    pull_seconds: float = Field(default=5.0, ge=0.1)
    """How often the city is asked for more (policy)."""
    intake_url: str
    """Where intake listens."""
    intake_channel_key: SecretStr
    """The key of `channel.city-exit` there: for which complaints the city's feedback became."""
    intake_key: SecretStr
    """The key of `service.portal-bridge` there: for the texts of replies."""
