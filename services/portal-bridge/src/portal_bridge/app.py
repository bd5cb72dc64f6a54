"""The service: takes in what people told the city's portal, and hands it on as complaints."""

import base64
import binascii
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from chassis.kafka import Producer
from chassis.service import Service
from chassis.settings import UnusableSettings
from chassis.signatures import Key
from chassis.vault import Vault
from portal_bridge import api, consumers, jobs
from portal_bridge.clients import Channel, City, Intake, Replies
from portal_bridge.domain import Policy
from portal_bridge.settings import PortalBridgeSettings
from portal_bridge.usecases import Gate, Kit

_KEY_BYTES = 32


def build_kit(settings: PortalBridgeSettings) -> Kit:
    """The service's equipment. Raises UnusableSettings without a vault's keys, and for keys that are none."""
    return Kit(
        vault=Vault.from_settings(settings),
        policy=Policy(
            timedelta(seconds=settings.future_tolerance_seconds),
            settings.longest_text,
            timedelta(minutes=settings.hold_minutes),
        ),
        gate=Gate(
            settings.public_url.rstrip("/"),
            _keys("city_keys", settings.city_keys),
            timedelta(minutes=settings.signature_minutes),
        ),
        channel=Channel(Producer(settings)),
        intake=Intake(settings.intake_url, settings.intake_channel_key.get_secret_value()),
        city=_city(settings),
        pull_every=timedelta(seconds=settings.pull_seconds),
        replies=_replies(settings),
    )


def _city(settings: PortalBridgeSettings) -> City | None:
    return City(settings.city_url, _district_key(settings)) if settings.city_url else None


def _replies(settings: PortalBridgeSettings) -> Replies | None:
    if settings.city_url is None:
        return None
    intake_key = settings.intake_key.get_secret_value()
    return Replies(settings.city_url, _district_key(settings), settings.intake_url, intake_key)


def _district_key(settings: PortalBridgeSettings) -> Key:
    """The key by which the district signs. Raises UnusableSettings where there is none."""
    keys = _keys("district_keys", settings.district_keys)
    if settings.district_key not in keys:
        raise _unusable("district_key", "names no key of DISTRICT_KEYS")
    return Key(settings.district_key, keys[settings.district_key])


def _keys(field: str, written: Mapping[str, SecretStr]) -> dict[str, bytes]:
    try:
        keys = {name: base64.b64decode(key.get_secret_value(), validate=True) for name, key in written.items()}
    except binascii.Error:
        raise _unusable(field, "is not base64") from None
    if any(len(key) < _KEY_BYTES for key in keys.values()):
        raise _unusable(field, f"has a key of less than {_KEY_BYTES} bytes")
    return keys


def _unusable(field: str, why: str) -> UnusableSettings:
    variable = PortalBridgeSettings.variables(field)[0]
    return UnusableSettings(f"{PortalBridgeSettings.SERVICE} cannot start, {variable} {why}")


service = Service(
    name="portal-bridge",
    settings=PortalBridgeSettings,
    migrations=Path(__file__).parents[2] / "migrations",
    kit=build_kit,
    api=(api.router,),
    consumers=(consumers.feedback, consumers.tickets, consumers.directory),
    errands=(jobs.hand_on, jobs.ask, jobs.pull, jobs.reply),
)
