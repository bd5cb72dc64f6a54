"""How complaints go on to intake, and are forgotten here as soon as they are registered there."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from chassis.work import Work
from contracts.portal import FeedbackRegistered
from portal_bridge import store
from portal_bridge.store.handing import Sealed
from portal_bridge.usecases.kit import Kit
from portal_bridge.usecases.taking import about

LEASE = timedelta(seconds=60)
"""For so long nobody else carries out what was claimed; whoever claimed it has given up by then."""

MOST_HANDED = 500
MOST_ASKED = 100
"""For so many complaints intake answers at once."""


async def claim(work: Work[Kit], _: int) -> Sequence[Sequence[Sealed]]:
    """One batch of complaints that are to go to intake."""
    batch = await store.handing.claim(work.session, MOST_HANDED, LEASE)
    return [batch] if batch else []


async def hand_on(kit: Kit, batch: Sequence[Sealed]) -> None:
    """Send them by the channel, in the order in which they came."""
    await kit.channel.send([(one.city_key, kit.vault.open_parcel(one.parcel, about(one.city_key))) for one in batch])


async def handed(work: Work[Kit], batch: Sequence[Sealed], _: None) -> None:
    """They are on their way."""
    await store.handing.handed(work.session, [one.city_key for one in batch])


async def claim_asking(work: Work[Kit], most: int) -> Sequence[Sequence[str]]:
    """Some batches of keys for which intake is to be asked."""
    keys = await store.handing.claim_asking(work.session, MOST_ASKED * most, LEASE)
    return [keys[at : at + MOST_ASKED] for at in range(0, len(keys), MOST_ASKED)]


async def ask(kit: Kit, keys: Sequence[str]) -> Mapping[str, UUID]:
    """Those of the keys that are registered, with their complaints."""
    return await kit.intake.registered(keys)


async def answered(work: Work[Kit], keys: Sequence[str], found: Mapping[str, UUID]) -> None:
    """Forget what is registered and tell it; ask for the rest again later."""
    for key in await store.handing.registered(work.session, found):
        work.tell(
            FeedbackRegistered(city_key=key, complaint_id=found[key], registered_at=work.now),
            correlation=str(found[key]),
        )
    await store.handing.not_yet(work.session, set(keys) - found.keys())
