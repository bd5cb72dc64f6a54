"""How a service signs in at Kafka."""

import ssl

from faststream.security import BaseSecurity, SASLScram256

from chassis.settings import Settings

METADATA_MS = 30_000
"""How old what is known of the cluster may become."""


def security(settings: Settings) -> BaseSecurity | None:
    """SCRAM with the service's own user, under TLS if the settings say so; None for PLAINTEXT."""
    if settings.kafka_security == "PLAINTEXT":
        return None
    encrypted = settings.kafka_security == "SASL_SSL"
    return SASLScram256(
        settings.kafka_username,
        settings.kafka_password.get_secret_value(),
        use_ssl=encrypted,
        ssl_context=ssl.create_default_context() if encrypted else None,
    )
