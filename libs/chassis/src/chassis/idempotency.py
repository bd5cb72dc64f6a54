"""`Idempotency-Key`: a key is for one request; said again, the command is computed again, to the same answer."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.db import Session, rows
from chassis.security import Principal
from contracts.refusals import Refused

_KEY = re.compile(r"[\x21-\x7e]{1,255}")

_CLAIM = """
    INSERT INTO idempotency (principal, key, fingerprint, at)
    SELECT DISTINCT ON (principal, key) principal, key, fingerprint, CAST(:at AS timestamptz)
    FROM unnest(CAST(:principal AS text[]), CAST(:key AS text[]), CAST(:fingerprint AS bytea[]))
        AS asked (principal, key, fingerprint)
    ORDER BY principal, key
    ON CONFLICT (principal, key) DO UPDATE SET at = idempotency.at
    RETURNING principal, key, fingerprint
"""


def fingerprint(*parts: bytes) -> bytes:
    """What a request is recognised by: the sha256 of its parts (operation, body)."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8) + part)
    return digest.digest()


@dataclass(frozen=True, slots=True)
class Claim:
    """A principal's key for a request, by the request's fingerprint."""

    principal: Principal
    key: str
    fingerprint: bytes

    def __post_init__(self) -> None:
        """Raises Refused("idempotency-key.malformed") unless the key is 1 to 255 visible ASCII characters."""
        if not _KEY.fullmatch(self.key):
            raise Refused("idempotency-key.malformed")


async def claim(session: Session, claims: Sequence[Claim], now: datetime) -> None:
    """Bind keys to their requests; a second transaction with the same key waits for the first.

    Raises Refused("idempotency-key.reused") when one is bound to another request.
    """
    if not claims:
        return
    said = {
        "principal": [one.principal.name for one in claims],
        "key": [one.key for one in claims],
        "fingerprint": [one.fingerprint for one in claims],
    }
    bound = {(row.principal, row.key): row.fingerprint for row in await rows(session, _CLAIM, at=now, **said)}
    if any(bound[one.principal.name, one.key] != one.fingerprint for one in claims):
        raise Refused("idempotency-key.reused")
