"""What a test must be given: where the servers are (the fixture `servers` gives it)."""

from typing import Protocol


class Servers(Protocol):
    """Running servers whose data is thrown away after the tests."""

    @property
    def kafka_servers(self) -> str:
        """Kafka's addresses."""
        ...

    @property
    def kafka_security(self) -> str:
        """Kafka's security protocol."""
        ...

    @property
    def kafka_username(self) -> str:
        """A super user of Kafka."""
        ...

    @property
    def kafka_password(self) -> str:
        """The super user's password."""
        ...

    @property
    def redis_url(self) -> str:
        """Redis."""
        ...

    def make_database(self, role: str) -> str:
        """A DATABASE_URL for a new, empty database that belongs to the role."""
        ...

    def kill(self, name: str) -> None:
        """End `kafka`, `postgres` or `redis` as by kill -9."""
        ...

    def start(self, name: str) -> None:
        """Start it again with the data it has."""
        ...
