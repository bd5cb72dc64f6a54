"""How our ledger is compared with the city's, and the city told again what it has forgotten (对账)."""

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis import audit
from chassis.clock import new_id
from chassis.security import Principal
from chassis.work import Work
from contracts.replies import ReplyCorrected
from portal_bridge import domain, store
from portal_bridge.domain import Again, Difference, Entry, Passed
from portal_bridge.usecases.kit import Kit
from portal_bridge.usecases.replying import reply_print
from portal_bridge.usecases.taking import item_print

_OPERATOR = Principal("operator")


async def taken(work: Work[Kit]) -> list[Passed]:
    """The replies that the city must have; asked for before its ledger is read, for more are taken meanwhile."""
    return await store.ledger.taken(work.session)


async def read(kit: Kit) -> list[Entry]:
    """All of the city's ledger, where there is a city. Raises NotReached."""
    assert kit.city is not None, "whoever asks has looked"
    entries: list[Entry] = []
    while page := await kit.city.ledger(entries[-1].number if entries else 0):
        entries += page
    return entries


async def compare(work: Work[Kit], taken: Collection[Passed], entries: Sequence[Entry]) -> list[Difference]:
    """Where the city's ledger and ours do not agree."""
    vault = work.kit.vault
    theirs = {
        one.passed: item_print(vault, one.digest) if one.passed.reply is None else reply_print(vault, one.digest)
        for one in entries
    }
    ours = await store.ledger.known(work.session, {one.city_key for one in theirs})
    return domain.compare(theirs, ours, taken)


async def send_again(work: Work[Kit], forgotten: Sequence[Passed], by: str, reason: str) -> Sequence[Again]:
    """Have the city told again what it has forgotten, each under its number with its body; audited, and told."""
    action_id = new_id(work.now)
    again = await store.ledger.send_again(work.session, forgotten, action_id, by)
    for one in again:
        await audit.append(work.session, _OPERATOR, "reply.send-again", _name(one), f"{by}: {reason}", work.now)
        work.tell(_corrected(work, one, action_id, by), correlation=str(one.complaint_id))
    return again


def _name(one: Again) -> str:
    return f"{one.city_key}/{one.number}"


def _corrected(work: Work[Kit], one: Again, action_id: UUID, by: str) -> ReplyCorrected:
    return ReplyCorrected(
        city_key=one.city_key,
        complaint_id=one.complaint_id,
        number=one.number,
        kind=one.kind,
        text_id=None,
        corrected_at=work.now,
        action_id=action_id,
        by=by,
    )
