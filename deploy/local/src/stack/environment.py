"""The variables of a running stack: `.stack/env` for people and commands, and for each service only its own."""

import csv
import hashlib
import json
import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from contracts.topics import SERVICES
from contracts.vocabulary import Channel
from stack import checkout, databases, files
from stack.credentials import KEY_HOLDERS, SEALING, key_name, shouted
from stack.ports import Ports

_SHARED = ("BBCS_KAFKA_SERVERS", "BBCS_KAFKA_SECURITY", "BBCS_REDIS_URL", "BBCS_KEYS", "BBCS_CLOCK")
_VAULT_KEY_ID = "local-1"
CITY_URL = "BBCS_PORTAL_BRIDGE_CITY_URL"


def units() -> list[str]:
    """The codes of the sample directory's units."""
    if not checkout.UNITS.exists():
        return []
    with checkout.UNITS.open(encoding="utf-8-sig", newline="") as lines:
        return [line["code"] for line in csv.DictReader(lines)]


def variables(ports: Ports, secrets: Mapping[str, str], codes: list[str], clock: str | None) -> dict[str, str]:
    """Every variable of a stack with these ports, secrets and units."""
    return (
        _addresses(ports, secrets)
        | {name: value for name, value in sorted(secrets.items()) if name.startswith("BBCS_")}
        | _vault(secrets)
        | _asking(ports, secrets)
        | _city(ports, secrets)
        | _POLICY
        | {"BBCS_KEYS": _digests(secrets, codes), "BBCS_UNITS": ",".join(codes)}
        | ({"BBCS_CLOCK": clock} if clock else {})
    )


def _addresses(ports: Ports, secrets: Mapping[str, str]) -> dict[str, str]:
    superuser = databases.url("postgres", secrets["postgres"], ports.postgres)
    found = {
        "BBCS_KAFKA_SERVERS": f"127.0.0.1:{ports.kafka}",
        "BBCS_KAFKA_SECURITY": "SASL_PLAINTEXT",
        "BBCS_REDIS_URL": f"redis://:{secrets['redis']}@127.0.0.1:{ports.redis}/0",
        "BBCS_ADMIN_DATABASE_URL": superuser,
    }
    for service in SERVICES:
        name, port = shouted(service), ports.of_instance(service, 1)
        found[f"BBCS_{name}_HTTP_PORT"] = str(port)
        found[f"BBCS_{name}_URL"] = f"http://127.0.0.1:{port}"
        found[f"BBCS_{name}_DATABASE_URL"] = databases.url(service, secrets[f"{service} database"], ports.postgres)
    return found


def _vault(secrets: Mapping[str, str]) -> dict[str, str]:
    """Each service that seals has keys of its own."""
    return {
        name: value
        for service, prefix in SEALING.items()
        for name, value in {
            f"BBCS_{service}_VAULT_KEYS": json.dumps({_VAULT_KEY_ID: secrets[f"{prefix}vault"]}),
            f"BBCS_{service}_VAULT_KEY": _VAULT_KEY_ID,
            f"BBCS_{service}_BLIND_KEY": secrets[f"{prefix}blind"],
        }.items()
    }


def _city(ports: Ports, secrets: Mapping[str, str]) -> dict[str, str]:
    """What portal-bridge has agreed with the sample city."""
    return {
        "BBCS_PORTAL_BRIDGE_PUBLIC_URL": f"http://127.0.0.1:{ports.of_instance('portal-bridge', 1)}",
        "BBCS_PORTAL_BRIDGE_CITY_KEYS": json.dumps({"city-local-1": secrets["city key"]}),
        "BBCS_PORTAL_BRIDGE_DISTRICT_KEYS": json.dumps({"district-local-1": secrets["district key"]}),
        "BBCS_PORTAL_BRIDGE_DISTRICT_KEY": "district-local-1",
        CITY_URL: f"http://127.0.0.1:{ports.city}",
    }


_POLICY = {"BBCS_REVISIT_BLOCKAGE_FINISHES": "3"}
"""The stack is tried with few complaints: what repeats three times is a blockage."""


def _asking(ports: Ports, secrets: Mapping[str, str]) -> dict[str, str]:
    """Where one service asks another one, and by which key."""
    return {
        "BBCS_SLA_MONITOR_DISPATCH_URL": f"http://127.0.0.1:{ports.of_instance('dispatch', 1)}",
        "BBCS_SLA_MONITOR_DISPATCH_KEY": secrets[key_name("service.sla-monitor")],
        "BBCS_SLA_MONITOR_REVISIT_URL": f"http://127.0.0.1:{ports.of_instance('revisit', 1)}",
        "BBCS_SLA_MONITOR_REVISIT_KEY": secrets[key_name("service.sla-monitor")],
        "BBCS_REVISIT_DISPATCH_URL": f"http://127.0.0.1:{ports.of_instance('dispatch', 1)}",
        "BBCS_REVISIT_DISPATCH_KEY": secrets[key_name("service.revisit")],
        "BBCS_PORTAL_BRIDGE_INTAKE_URL": f"http://127.0.0.1:{ports.of_instance('intake', 1)}",
        "BBCS_PORTAL_BRIDGE_INTAKE_CHANNEL_KEY": secrets[key_name("channel.city-exit")],
        "BBCS_PORTAL_BRIDGE_INTAKE_KEY": secrets[key_name("service.portal-bridge")],
    }


def _digests(secrets: Mapping[str, str], codes: list[str]) -> str:
    """What services know of bearer keys."""
    holders = [*(f"channel.{one}" for one in Channel), *(f"unit.{one}" for one in codes), *KEY_HOLDERS]
    return json.dumps({one: hashlib.sha256(secrets[key_name(one)].encode()).hexdigest() for one in holders})


def of_service(service: str, found: Mapping[str, str]) -> dict[str, str]:
    """What the service may know: its own variables and the shared ones, no one else's password."""
    own, port = f"BBCS_{shouted(service)}_", f"BBCS_{shouted(service)}_HTTP_PORT"
    return {name: value for name, value in found.items() if (name.startswith(own) and name != port) or name in _SHARED}


def of_city(home: Path, found: Mapping[str, str]) -> dict[str, str]:
    """What the sample city may know: both sides' keys and addresses, and where its store is."""
    return {
        "CITY_URL": found[CITY_URL],
        "DISTRICT_URL": found["BBCS_PORTAL_BRIDGE_PUBLIC_URL"],
        "CITY_KEYS": _pairs(found["BBCS_PORTAL_BRIDGE_CITY_KEYS"]),
        "DISTRICT_KEYS": _pairs(found["BBCS_PORTAL_BRIDGE_DISTRICT_KEYS"]),
        "STORE": str(home / "city.sqlite"),
    }


def _pairs(keys: str) -> str:
    return " ".join(f"{name}:{key}" for name, key in json.loads(keys).items())


def write(home: Path, found: Mapping[str, str]) -> None:
    """Write `env`, and one file for each service and the sample city, readable by their owner alone."""
    write_one(home / "env", found)
    (home / "services").mkdir(exist_ok=True)
    for service in SERVICES:
        write_one(home / "services" / f"{service}.env", of_service(service, found))
    if CITY_URL in found:
        write_one(home / "services" / "city.env", of_city(home, found))


def write_one(file: Path, found: Mapping[str, str]) -> None:
    """Write variables as a shell and Compose read them, readable by their owner alone."""
    files.write(file, "".join(f"export {name}={shlex.quote(value)}\n" for name, value in found.items()))


def plain() -> dict[str, str]:
    """Our own environment without anybody's BBCS_ variables: a shell may have those of another stack."""
    return {name: value for name, value in os.environ.items() if not name.startswith("BBCS_")}


def read(home: Path) -> dict[str, str]:
    """The variables in the stack's `env`; none when it was never started."""
    file = home / "env"
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    words = (word for line in lines for word in shlex.split(line) if "=" in word)
    return dict(word.split("=", 1) for word in words)
