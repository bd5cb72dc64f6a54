"""Tables and topics: made by the services' own commands, which are spared where they would change nothing.

A command that changes nothing takes seconds to find that out, on every start.
"""

import hashlib
import re
import subprocess
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

import asyncpg

from contracts.topics import SERVICES
from stack import beside, checkout, databases, environment, files
from stack.apart import run_apart
from stack.plan import Plan
from stack.trouble import Trouble, last_words

_COMMAND_PATIENCE_S = 180
_REVISION = re.compile(r"^(down_)?revision\b.*?=\s*[\"'](\w+)[\"']", re.MULTILINE)
_APPLIED = "topics.applied"


def tables(plan: Plan) -> None:
    """Make every service's role, database and tables. Raises Trouble."""
    beside.all_of(*(partial(_tables_of, plan, service) for service in SERVICES))


def _tables_of(plan: Plan, service: str) -> None:
    superuser = plan.variables["BBCS_ADMIN_DATABASE_URL"].replace("+asyncpg", "")
    databases.make(superuser, service, plan.secrets[f"{service} database"])
    if run_apart(_revisions(superuser, service)) != newest(checkout.ROOT / "services" / service / "migrations"):
        run(plan.home, plan.variables, f"migrate-{service}", plan.command(service, "--migrate"))


async def _revisions(superuser: str, database: str) -> set[str]:
    """The migration that the database is at; nothing when it has no tables."""
    connection = await asyncpg.connect(superuser, database=database)
    try:
        return {row["version_num"] for row in await connection.fetch("SELECT version_num FROM alembic_version")}
    except asyncpg.UndefinedTableError:
        return set()
    finally:
        await connection.close()


def newest(migrations: Path) -> set[str]:
    """The migrations that no other follows, as their files say."""
    told = [_REVISION.findall(one.read_text("utf-8")) for one in (migrations / "versions").glob("*.py")]
    made = {(kind, revision) for one in told for kind, revision in one}
    return {one for kind, one in made if not kind} - {one for kind, one in made if kind}


def apply_topics(plan: Plan) -> None:
    """Make topics, users and access rules as declared. Raises Trouble."""
    bbcs(plan.home, plan.variables, "topics", "apply")


def topics(plan: Plan) -> None:
    """The same, unless it was done already for all that it depends on. Raises Trouble."""
    applied, wanted = plan.home / _APPLIED, _fingerprint(plan)
    if not applied.exists() or applied.read_text() != wanted:
        apply_topics(plan)
        files.write(applied, wanted)


def _fingerprint(plan: Plan) -> str:
    """Changes with what is declared, how it is applied, who has which password, and with Kafka's data."""
    seen = hashlib.sha256((plan.home / "kafka" / "data" / "meta.properties").read_bytes())
    for source in sorted((*(checkout.ROOT / "libs").glob("contracts/**/*.py"), *checkout.CLI.glob("*.py"))):
        seen.update(source.read_bytes())
    for name, value in plan.variables.items():
        if name.endswith("KAFKA_PASSWORD") or name == "BBCS_UNITS":
            seen.update(f"{name}={value}\n".encode())
    return seen.hexdigest()


def bbcs(home: Path, variables: Mapping[str, str], *arguments: str) -> None:
    """Run the operator's command to its end. Raises Trouble with its last words."""
    run(home, variables, f"bbcs-{arguments[0]}", (str(checkout.bin_folder() / "bbcs"), *arguments))


def run(home: Path, variables: Mapping[str, str], name: str, command: Iterable[str]) -> None:
    """Run a command to its end, told all variables of the stack. Raises Trouble with its last words."""
    log = home / "log" / f"{name}.log"
    with log.open("wb") as out:
        done = subprocess.run(
            list(command),
            cwd=checkout.ROOT,
            env=environment.plain() | dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            timeout=_COMMAND_PATIENCE_S,
            check=False,
        )
    if done.returncode:
        raise Trouble(f"{name} failed; {log} ends with: {last_words(log)}")
