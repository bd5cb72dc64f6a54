"""`Idempotency-Key`: a key is for one request; said again, the command is computed again, to the same answer."""

import hashlib
import re
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.security import Principal
from contracts.refusals import Refused

_KEY = re.compile(r"[\x21-\x7e]{1,255}")

_CLAIM = text("""
    INSERT INTO idempotency (principal, key, fingerprint, at) VALUES (:principal, :key, :fingerprint, :at)
    ON CONFLICT (principal, key) DO UPDATE SET at = idempotency.at
    RETURNING fingerprint
""")


def fingerprint(*parts: bytes) -> bytes:
    """What a request is recognised by: the sha256 of its parts (operation, body)."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8) + part)
    return digest.digest()


async def claim(session: AsyncSession, principal: Principal, key: str, fingerprint: bytes, now: datetime) -> None:
    """Bind the principal's key to this request; a second transaction with the same key waits for the first.

    Raises Refused: `idempotency-key.malformed` unless the key is 1 to 255 visible ASCII characters,
    `idempotency-key.reused` when it is bound to another request.
    """
    if not _KEY.fullmatch(key):
        raise Refused("idempotency-key.malformed")
    said = {"principal": principal.name, "key": key, "fingerprint": fingerprint, "at": now}
    bound: bytes = (await session.execute(_CLAIM, said)).scalar_one()
    if bound != fingerprint:
        raise Refused("idempotency-key.reused")
