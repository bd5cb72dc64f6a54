"""Facts about a thing land where every Kafka client puts them."""

from aiokafka.partitioner import murmur2 as theirs
from hypothesis import given
from hypothesis import strategies as st

from chassis.kafka.hashing import murmur2


@given(st.binary(max_size=80))
def test_it_is_kafka_s_own_hash(key: bytes) -> None:
    assert murmur2(key) == theirs(key) & 0xFFFFFFFF
