"""What a reporter gets: a receipt to ask with, and a secret that proves it is theirs."""

import hashlib
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from stdnum import luhn

SHANGHAI = ZoneInfo("Asia/Shanghai")

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SECRET_CHARACTERS = 16


def _crockford(bits: int, length: int) -> str:
    return "".join(_CROCKFORD[bits >> 5 * place & 31] for place in reversed(range(length)))


def receipt(complaint_id: UUID, registered_at: datetime) -> str:
    """What a reporter asks with, `20261125-7K3M-9QXZA`: the day in Shanghai, 40 bits of the id, a check character."""
    day, tail = f"{registered_at.astimezone(SHANGHAI):%Y%m%d}", _crockford(complaint_id.int, 8)
    return f"{day}-{tail[:4]}-{tail[4:]}{luhn.calc_check_digit(day + tail, _CROCKFORD)}"


def secret(drawn: bytes) -> str:
    """What a reporter proves with that a receipt is theirs, 80 of the bits drawn for it: `7K3M-9QXZ-A0B1-C2D3`."""
    written = _crockford(int.from_bytes(drawn), _SECRET_CHARACTERS)
    return "-".join(written[start : start + 4] for start in range(0, _SECRET_CHARACTERS, 4))


def secret_hash(secret: str) -> bytes:
    """What is stored of a secret: the sha256 of its characters."""
    return hashlib.sha256(secret.replace("-", "").upper().encode()).digest()
