"""What a reporter gets: a receipt to ask with, and a secret that proves it is theirs."""

import hashlib
from datetime import datetime
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _CROCKFORD for second in _CROCKFORD]
_SINGLE = {character: value for value, character in enumerate(_CROCKFORD)}
_DOUBLED = {character: sum(divmod(2 * value, 32)) for character, value in _SINGLE.items()}


def receipt(complaint_id: UUID, registered_at: datetime) -> str:
    """What a reporter asks with, `20261125-7K3M-9QXZA`: the day in Shanghai, 40 bits of the id, a check character."""
    day, tail = _day(registered_at), _crockford(complaint_id.int, 8)
    return f"{day}-{tail[:4]}-{tail[4:]}{_check(day + tail)}"


@lru_cache(maxsize=64)
def _day(at: datetime) -> str:
    """The day in Shanghai; a batch is registered at one instant."""
    return f"{at.astimezone(SHANGHAI):%Y%m%d}"


def secret(drawn: bytes) -> str:
    """What a reporter proves with that a receipt is theirs, 80 of the bits drawn for it: `7K3M-9QXZ-A0B1-C2D3`."""
    written = _crockford(int.from_bytes(drawn[:10]), 16)
    return f"{written[:4]}-{written[4:8]}-{written[8:12]}-{written[12:]}"


def secret_hash(secret: str) -> bytes:
    """What is stored of a secret: the sha256 of its characters."""
    return hashlib.sha256(secret.replace("-", "").upper().encode()).digest()


def _crockford(bits: int, length: int) -> str:
    """The last `length` times five bits, in letters and digits that nobody mistakes for each other."""
    return "".join([_PAIRS[bits >> shift & 0x3FF] for shift in range(5 * length - 10, -1, -10)])


def _check(written: str) -> str:
    """Luhn's check character over 32: one wrong character shows, and nearly every swapped pair."""
    total = sum(map(_DOUBLED.__getitem__, written[::-2])) + sum(map(_SINGLE.__getitem__, written[-2::-2]))
    return _CROCKFORD[-total % 32]
