"""Which finishes the centre revisits (rules 5.1)."""

from hashlib import sha256
from uuid import UUID

from contracts.vocabulary import SampleRule


def sampled(ticket_id: UUID, finish: int, percent: int) -> SampleRule | None:
    """By which rule a finish is among so many of a hundred that the centre revisits; None if it is not.

    Anybody can work it out again: the first 8 bytes of the SHA-256 of the id's 16 bytes and the finish's number in 4,
    modulo 100, are below the percentage. So nobody draws the sample, and a higher percentage holds that of a lower one.
    """
    if percent == 100:
        return SampleRule.ALL
    drawn = int.from_bytes(sha256(ticket_id.bytes + finish.to_bytes(4)).digest()[:8]) % 100
    return SampleRule.SHARE if drawn < percent else None
