"""Kafka's settings on one machine: SASL/SCRAM for clients, deny by default, small."""

from dataclasses import dataclass

ADMIN = "admin"
"""The super user, who is there from the first start."""

_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required"
_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"


@dataclass(frozen=True, slots=True)
class Listener:
    """One address for clients: where Kafka binds it, and what it tells clients to come to."""

    name: str
    bind: str
    advertised: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs from one Kafka to another."""

    listeners: tuple[Listener, ...]
    controller: str
    password: str
    folder: str

    def text(self) -> str:
        """The file server.properties."""
        return "".join(f"{name}={value}\n" for name, value in self._all().items())

    def _all(self) -> dict[str, str]:
        return self._addresses() | self._sign_in() | _ACCESS | _SMALL | {"log.dirs": self.folder}

    def _addresses(self) -> dict[str, str]:
        bound = [f"{one.name}://{one.bind}" for one in self.listeners] + [f"CONTROLLER://{self.controller}"]
        names = [one.name for one in self.listeners] + ["CONTROLLER"]
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{self.controller}",
            "controller.listener.names": "CONTROLLER",
            "listeners": ",".join(bound),
            "advertised.listeners": ",".join(f"{one.name}://{one.advertised}" for one in self.listeners),
            "inter.broker.listener.name": self.listeners[0].name,
            "listener.security.protocol.map": ",".join(f"{name}:SASL_PLAINTEXT" for name in names),
        }

    def _sign_in(self) -> dict[str, str]:
        """Clients by SCRAM; the controller, which is where SCRAM users are kept, by a password of its own file."""
        admin = f'username="{ADMIN}" password="{self.password}"'
        scram = {
            f"listener.name.{one.name.lower()}.scram-sha-256.sasl.jaas.config": f"{_SCRAM} {admin};"
            for one in self.listeners
        }
        plain = f'{_PLAIN} {admin} user_{ADMIN}="{self.password}";'
        return scram | {
            "sasl.enabled.mechanisms": "SCRAM-SHA-256",
            "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-256",
            "sasl.mechanism.controller.protocol": "PLAIN",
            "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
            "listener.name.controller.plain.sasl.jaas.config": plain,
        }


_ACCESS = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": f"User:{ADMIN}",
    "allow.everyone.if.no.acl.found": "false",
    "auto.create.topics.enable": "false",
}

_SMALL = {
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "log.cleaner.dedupe.buffer.size": "8388608",
    # a business clock that runs ahead stamps records with its own time
    "log.message.timestamp.after.max.ms": str(2**63 - 1),
}
