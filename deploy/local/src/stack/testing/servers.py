"""What tests are given: where the servers are, and how to kill and start each."""

import secrets
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

from stack import databases
from stack.properties import ADMIN


class Control(Protocol):
    """Ends and starts a server by its name: `kafka`, `postgres` or `redis`."""

    def kill(self, name: str) -> None:
        """End it as by kill -9, and return when it is gone."""

    def start(self, name: str) -> None:
        """Start it again with the data it has, and return when it answers."""


@dataclass(frozen=True, slots=True)
class Servers:
    """Running servers. Their data is thrown away at the end of the session."""

    kafka_servers: str
    kafka_password: str
    postgres_host: str
    postgres_port: int
    postgres_password: str
    redis_url: str
    control: Control
    kafka_username: str = ADMIN
    kafka_security: str = "SASL_PLAINTEXT"
    postgres_username: str = "postgres"
    _role_password: str = field(default_factory=lambda: secrets.token_hex(12))
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def postgres_url(self) -> str:
        """The super user's address, for asyncpg; `postgresql+asyncpg://…` for SQLAlchemy is `admin_database_url`."""
        who = f"{self.postgres_username}:{self.postgres_password}"
        return f"postgresql://{who}@{self.postgres_host}:{self.postgres_port}/postgres"

    @property
    def admin_database_url(self) -> str:
        """The super user's address, for SQLAlchemy."""
        return self.postgres_url.replace("postgresql:", "postgresql+asyncpg:", 1)

    def make_database(self, role: str) -> str:
        """A DATABASE_URL for a new, empty database that belongs to the role; the role is made when it is missing."""
        database = f"{role}_{next(self._numbers)}"
        databases.make(self.postgres_url, role, self._role_password, database)
        return databases.url(role, self._role_password, self.postgres_port, database, self.postgres_host)

    def kill(self, name: str) -> None:
        """End `kafka`, `postgres` or `redis` as by kill -9, and return when it is gone."""
        self.control.kill(name)

    def start(self, name: str) -> None:
        """Start it again with the data it has, and return when it answers."""
        self.control.start(name)
