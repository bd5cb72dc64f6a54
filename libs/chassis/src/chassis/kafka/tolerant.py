"""Reads what aiokafka cannot, and lets what nobody can read stop its own partition alone.

Its parser raises for a header name that is not UTF-8, each time anew: whoever may write to a topic could stop everybody
on its partition. Each byte that is not UTF-8 becomes a lone surrogate here, as `os.fsdecode` does it, so that the
record can be parked. And when a fetch of a partition cannot be read at all (a damaged segment, a broken compression),
aiokafka drops what it has taken from other partitions beside it, although their positions have moved on.
"""

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords, _MemoryRecordsPy
from aiokafka.record.util import decode_varint_py

from chassis import telemetry

_TELL_EVERY_S = 10.0
_UNREADABLE: dict[Any, float] = {}

_log = telemetry.logger(__name__)


class TolerantRecords:
    """What a fetch brought, read by aiokafka's fast parser, and only a batch that it cannot read by the patient one."""

    def __init__(self, fetched: bytes) -> None:
        self._fetched, self._fast, self._count = fetched, MemoryRecords(fetched), 0

    def size_in_bytes(self) -> int:
        """How many bytes were fetched."""
        return int(self._fast.size_in_bytes())

    def has_next(self) -> bool:
        """Whether there is another batch."""
        return bool(self._fast.has_next())

    def next_batch(self) -> "_Batch":
        """The next batch."""
        self._count += 1
        return _Batch(self._fast.next_batch(), self._fetched, self._count - 1)


class _Batch:
    """A batch by aiokafka's parser, with records that can be read whatever their headers are called."""

    def __init__(self, fast: Any, fetched: bytes, number: int) -> None:
        self._fast, self._fetched, self._number = fast, fetched, number

    def __getattr__(self, name: str) -> Any:
        return getattr(self._fast, name)

    def __next__(self) -> Any:
        return next(self._fast)

    def __iter__(self) -> Iterator[Any]:
        try:
            return iter(list(self._fast))
        except Exception:  # noqa: BLE001 - the patient parser says what is wrong with it
            return iter(list(_patient(self._fetched, self._number)))


def _patient(fetched: bytes, number: int) -> "_PatientBatch":
    records = _MemoryRecordsPy(fetched)
    slices = iter(lambda: (records._next_slice, records._cache_next())[0], None)
    return _PatientBatch(next(islice(slices, number, None)))


class _PatientBatch(_DefaultRecordBatchPy):  # type: ignore[misc]
    """A batch whose header names may hold any bytes."""

    _buffer: bytearray

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer = _PatientBytes(self._buffer)

    def _read_msg(self) -> Any:
        return super()._read_msg(decode_varint_py)  # the compiled one takes no subclass of bytearray


class _PatientBytes(bytearray):
    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        return _PatientBytes(found) if isinstance(at, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "surrogateescape") -> str:
        return super().decode(encoding, errors)


class CarefulFetch(fetcher.FetchResult):  # type: ignore[misc]
    """One partition's fetch: what cannot be read stops this partition alone, and nothing before it is skipped."""

    _partition_records: Any

    def getall(self, max_records: int | None = None) -> list[Any]:
        """The records that can be read; behind them it is fetched again, until somebody has repaired it."""
        if not self.check_assignment(self._topic_partition) or not self.has_more():
            return []
        found: list[Any] = []
        try:
            for record in self._partition_records:
                found.append(record)
                if max_records is not None and len(found) >= max_records:
                    self._update_position()
                    return found
        except Exception as error:  # noqa: BLE001 - raised, it would drop what other partitions brought
            self._tell(error)
        self._update_position()
        self._partition_records = None
        return found

    def _tell(self, error: Exception) -> None:
        at = self._topic_partition
        if _UNREADABLE.get(at, -_TELL_EVERY_S) + _TELL_EVERY_S <= time.monotonic():
            _UNREADABLE[at] = time.monotonic()
            _log.error("fetch.unreadable", topic=at.topic, partition=at.partition, error=telemetry.failure(error))


def be_tolerant() -> None:
    """Have every consumer of this process read like this."""
    fetcher.MemoryRecords, fetcher.FetchResult = TolerantRecords, CarefulFetch
