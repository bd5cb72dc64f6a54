"""What an operator may change about sla-monitor."""

from base64 import b64decode
from datetime import time
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from chassis.settings import FromJson, Settings


def _is_secret(given: SecretStr) -> SecretStr:
    """As Standard Webhooks has it: `whsec_` and base64 of 24 to 64 bytes."""
    marked, _, written = given.get_secret_value().partition("whsec_")
    if marked or not 24 <= len(b64decode(written, validate=True)) <= 64:
        raise ValueError("a webhook's secret is whsec_ and base64 of 24 to 64 bytes")
    return given


WebhookSecret = Annotated[SecretStr, AfterValidator(_is_secret)]


class SlaMonitorSettings(Settings, service="sla-monitor"):
    """The common settings, and the district's policy (rules 3.5, 4)."""

    policy_version: int = Field(default=1, ge=1)
    """The number under which the district's policy is named by every change of a clock; raise it with the policy."""
    contact_attempts: int = Field(default=3, ge=1)
    """Attempts on the due day that stand for reaching the reporter (policy, rules 3.5)."""
    opens: time = time(9)
    """When business opens, in Shanghai (policy)."""
    closes: time = time(17)
    """When business closes, in Shanghai: what is due on a day is due then (policy)."""

    future_tolerance_seconds: int = Field(default=300, ge=0)
    """How far ahead of ours the instant of a fact may be; what is said to happen later is parked (policy)."""
    dispatch_url: str = Field(pattern=r"^https?://[^/]+/?$")
    """Where dispatch answers: its log is asked for facts that did not come by the topic."""
    dispatch_key: SecretStr
    """The bearer key by which dispatch knows `service.sla-monitor`."""
    revisit_url: str = Field(pattern=r"^https?://[^/]+/?$")
    """Where revisit answers, for the same."""
    revisit_key: SecretStr
    """The bearer key by which revisit knows `service.sla-monitor`."""
    alerts_pause: int = Field(default=10, ge=0)
    """Minutes between two messages to one recipient, at least (policy)."""
    silence_days: int = Field(default=30, ge=1)
    """For how many days nobody may be told at most (policy)."""
    webhook_keys: Annotated[dict[str, WebhookSecret], FromJson] = Field(default={})
    """The secrets that webhooks are signed by, by the ids under which recipients name them: `whsec_` and base64."""
    sms_url: str | None = None
    """Where the district's SMS gateway takes messages."""
    sms_key: SecretStr | None = None
    """Its bearer key."""
    send_seconds: float = Field(default=5, gt=0, le=15)
    """How long a recipient may take to answer."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.opens < self.closes:
            raise ValueError("business opens before it closes")
        return self
