"""Passwords and keys of the local stack: made once, kept in one private file."""

import base64
import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from stack import files
from stack.trouble import Trouble

_FILE = "secrets.json"
KEY_HOLDERS = ("centre", "office", "inspection", "service.sla-monitor", "service.revisit", "service.portal-bridge")
"""Who may ask over HTTP beside channels and units."""

SEALING = {"INTAKE": "", "PORTAL_BRIDGE": "portal-bridge "}
"""Services that seal what people said, and how the names of their secrets begin."""


def shouted(principal: str) -> str:
    """A principal's name as it stands in the name of a variable."""
    return principal.translate(str.maketrans("-.", "__")).upper()


def keep(home: Path, wanted: Mapping[str, Callable[[], str]]) -> dict[str, str]:
    """The secrets by name; those that are not there yet are made. Raises Trouble when they were lost."""
    file = home / _FILE
    if not file.exists() and (home / "kafka" / "data").exists():
        raise Trouble(f"{file} is gone, and without it the data in {home} cannot be opened: make clean to begin anew.")
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    made = {name: make() for name, make in wanted.items() if name not in known}
    if made:
        files.write(file, json.dumps(known | made, indent=1))
    return known | made


def wanted(services: Iterable[str], channels: Iterable[str], units: Iterable[str]) -> dict[str, Callable[[], str]]:
    """Every secret that a stack with these services, channels and units needs, and how it is made."""
    systems = [*(f"channel.{one}" for one in channels), *(f"unit.{one}" for one in units)]
    names = [*_passwords(list(services), systems), *map(key_name, [*systems, *KEY_HOLDERS])]
    sealing = [f"{prefix}{name}" for prefix in SEALING.values() for name in ("vault", "blind")]
    return dict.fromkeys(names, _password) | dict.fromkeys([*sealing, "city key", "district key"], _key)


def password_name(principal: str) -> str:
    """The variable that holds the principal's password at Kafka."""
    return f"BBCS_{shouted(principal)}_KAFKA_PASSWORD"


def key_name(principal: str) -> str:
    """The variable that holds the principal's bearer key."""
    return f"BBCS_{shouted(principal)}_KEY"


def _passwords(services: list[str], systems: list[str]) -> Iterator[str]:
    yield from ("postgres", "redis")
    yield from (f"{service} database" for service in services)
    yield from map(password_name, ("admin", "city", "operator", "monitoring", *services, *systems))


def _password() -> str:
    return secrets.token_hex(16)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
