"""Which declined tickets the centre revisits (rules 2.3)."""

from hashlib import sha256
from uuid import UUID


def sampled(ticket_id: UUID, percent: int) -> bool:
    """Whether a declined ticket is among so many of a hundred that are revisited (rules 2.3).

    Anybody can work it out again: the first 8 bytes of the SHA-256 of the id's 16 bytes, modulo 100, are below the
    percentage. So the sample is drawn by nobody, and one of a higher percentage holds that of a lower one.
    """
    return int.from_bytes(sha256(ticket_id.bytes).digest()[:8]) % 100 < percent
