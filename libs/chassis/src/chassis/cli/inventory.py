"""What `bbcs topics` shows: what is declared, what exists, how much is there and who is behind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chassis.cli.cluster import Cluster, Partition
from contracts import topics
from contracts.topics import Topic


@dataclass(frozen=True, slots=True)
class Found:
    """One topic as declared and as it is. `lag` counts, per consumer group, the messages that it has not read."""

    name: str
    state: str
    """present, missing (declared only) or undeclared (in Kafka only)"""
    declared: Topic | None
    partitions: int | None
    retention_ms: int | None
    compacted: bool
    messages: int | None
    lag: Mapping[str, int]

    def plain(self) -> dict[str, Any]:
        """The topic as JSON says it."""
        return {
            "topic": self.name,
            "state": self.state,
            "partitions": self.partitions,
            "retention_ms": self.retention_ms,
            "compacted": self.compacted,
            "messages": self.messages,
            "writers": list(self.declared.writers) if self.declared else [],
            "readers": list(self.declared.readers) if self.declared else [],
            "personal": self.declared.personal if self.declared else None,
            "lag": dict(self.lag),
        }


def inventory(cluster: Cluster, units: Iterable[str]) -> list[Found]:
    """Every topic that is declared for these units or exists, by name."""
    declared = {topic.name: topic for topic in topics.declared(units)}
    present = cluster.topics()
    settings = cluster.settings(present)
    ends, starts, read = cluster.ends(present), cluster.ends(present, earliest=True), cluster.groups()
    lags = {group: _lag(offsets, ends) for group, offsets in read.items()}
    return [
        _present(name, present[name], declared.get(name), settings[name], _sum(ends, name) - _sum(starts, name), lags)
        if name in present
        else _missing(declared[name])
        for name in sorted({*declared, *present})
    ]


def _present(
    name: str,
    partitions: int,
    declared: Topic | None,
    settings: Mapping[str, str],
    messages: int,
    lags: Mapping[str, Mapping[str, int]],
) -> Found:
    return Found(
        name=name,
        state="present" if declared else "undeclared",
        declared=declared,
        partitions=partitions,
        retention_ms=int(settings["retention.ms"]),
        compacted=settings["cleanup.policy"] == "compact",
        messages=messages,
        lag={group: of[name] for group, of in lags.items() if name in of},
    )


def _missing(topic: Topic) -> Found:
    return Found(topic.name, "missing", topic, None, None, topic.compacted, None, {})


def _sum(offsets: Mapping[Partition, int], name: str) -> int:
    return sum(offset for (topic, _), offset in offsets.items() if topic == name)


def _lag(read: Mapping[Partition, int], ends: Mapping[Partition, int]) -> dict[str, int]:
    """Messages not read, by topic: what lies after the offsets that a group has stored."""
    behind: dict[str, int] = {}
    for at, offset in read.items():
        behind[at[0]] = behind.get(at[0], 0) + max(0, ends.get(at, offset) - offset)
    return behind
