"""The official images, their tags movable by variables, and how Kafka's is started with users and access rules."""

import base64
import os

from stack.properties import Listener, Settings

KAFKA = "STACK_KAFKA_IMAGE", "apache/kafka:4.3.1"
POSTGRES = "STACK_POSTGRES_IMAGE", "postgres:15"
REDIS = "STACK_REDIS_IMAGE", "redis:7"

KAFKA_FOLDER = "/var/lib/kafka/data/kraft"

KAFKA_SCRIPT = (
    'echo "$SERVER_PROPERTIES" | base64 -d >/tmp/server.properties && '
    "/opt/kafka/bin/kafka-storage.sh format --ignore-formatted -t $CLUSTER_ID -c /tmp/server.properties "
    '--add-scram "$ADMIN_SCRAM" && exec /opt/kafka/bin/kafka-server-start.sh /tmp/server.properties'
)
"""The image formats its folder by itself, but without a super user: so it is formatted before."""


def chosen(image: tuple[str, str]) -> str:
    """The image that its variable names, else the usual one."""
    variable, usual = image
    return os.environ.get(variable) or usual


def kafka_variables(listeners: tuple[Listener, ...], password: str, cluster_id: str, scram: str) -> dict[str, str]:
    """What KAFKA_SCRIPT needs to know."""
    settings = Settings(listeners, "localhost:9093", password, KAFKA_FOLDER)
    return {
        "SERVER_PROPERTIES": base64.b64encode(settings.text().encode()).decode(),
        "CLUSTER_ID": cluster_id,
        "ADMIN_SCRAM": scram,
        "KAFKA_HEAP_OPTS": "-Xmx512m",
    }


def postgres_variables(password: str) -> dict[str, str]:
    """What makes PostgreSQL's image as the native one is."""
    arguments = "--encoding=UTF8 --locale=C.UTF-8"
    return {"POSTGRES_PASSWORD": password, "POSTGRES_INITDB_ARGS": arguments, "LANG": "C.UTF-8"}


def redis_command(password: str) -> list[str]:
    """How Redis' image is started, with a password and nothing kept."""
    return ["redis-server", "--requirepass", password, "--save", "", "--protected-mode", "no", "--bind", "*"]
