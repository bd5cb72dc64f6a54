"""Every metric of a service, defined once, and the text that Prometheus scrapes."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

REGISTRY = CollectorRegistry()
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

ProcessCollector(registry=REGISTRY)

CONSUMER_LAG = Gauge(
    "bbcs_consumer_lag", "Records of a partition that are not handled yet", ["topic", "partition"], registry=REGISTRY
)
CONSUMER_BATCH_SIZE = Histogram(
    "bbcs_consumer_batch_size", "Records of a batch", buckets=(1, 5, 25, 100, 250, 500, 1000), registry=REGISTRY
)
CONSUMER_BATCH_SECONDS = Histogram("bbcs_consumer_batch_seconds", "From a batch's arrival to COMMIT", registry=REGISTRY)
PARKED = Counter("bbcs_parked", "Messages put aside", ["topic", "code"], registry=REGISTRY)
PARKED_WAITING = Gauge("bbcs_parked_waiting", "Messages put aside that wait for an operator", registry=REGISTRY)
FOLLOWED_AGE = Gauge(
    "bbcs_followed_age_seconds",
    "How long ago, in business time, the instant is up to which a topic was followed",
    ["topic"],
    registry=REGISTRY,
)
CLOCK_IN_DOUBT = Gauge("bbcs_clock_in_doubt", "1 while jobs wait because the machine's clock jumped", registry=REGISTRY)
LOG_AGE = Gauge("bbcs_log_age_seconds", "Age of the oldest fact that is not published yet", registry=REGISTRY)
LOG_RELAYED = Counter("bbcs_log_relayed", "Facts published", ["topic"], registry=REGISTRY)
HTTP_SECONDS = Histogram(
    "bbcs_http_request_seconds",
    "From a request's first byte to its answer's last",
    ["method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
    registry=REGISTRY,
)
LOG_FIELDS_DROPPED = Counter(
    "bbcs_log_fields_dropped", "Fields of log lines that are not on the allow-list", registry=REGISTRY
)
LIMITS_FALLBACK = Counter(
    "bbcs_limits_fallback", "Requests counted in process because Redis was away or slow", registry=REGISTRY
)


def exposition() -> bytes:
    """Every metric in the text format of Prometheus."""
    return generate_latest(REGISTRY)
