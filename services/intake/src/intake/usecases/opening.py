"""Where complaints are opened: it is written down before who looks at one and what for (rules 7)."""

from typing import Any
from uuid import UUID

from chassis import audit
from chassis.security import Principal
from chassis.vault import about
from chassis.work import Work
from contracts.refusals import Refused
from contracts.vocabulary import Purpose
from intake import domain, store
from intake.store.complaints import Sealed
from intake.usecases.kit import Kit


async def look(work: Work[Kit], principal: Principal, action: str, complaint_id: UUID, purpose: Purpose) -> Sealed:
    """The complaint, still closed, after it was written down what is done to it, by whom and what for.

    Raises Refused("complaint.unknown").
    """
    sealed = await store.complaints.sealed(work.session, complaint_id)
    if sealed is None:
        raise Refused("complaint.unknown")
    await audit.append(work.session, principal, action, complaint_id, purpose, work.now)
    return sealed


def content(kit: Kit, complaint_id: UUID, wrapped_key: bytes, sealed: bytes) -> dict[str, Any]:
    """What a complaint says, as it was normalised when it came."""
    return domain.said(kit.vault.open(kit.vault.unwrap(wrapped_key), sealed, about(complaint_id, "content")))
