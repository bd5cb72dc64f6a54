"""Kafka as the chassis uses it: batches of raw records in, whole batches out, nothing of it visible to services."""

from chassis.kafka.consuming import Subscription
from chassis.kafka.followed import Followed, Following
from chassis.kafka.producing import Producer, Record

__all__ = ["Followed", "Following", "Producer", "Record", "Subscription"]
