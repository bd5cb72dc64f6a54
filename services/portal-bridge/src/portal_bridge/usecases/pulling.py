"""How the city's feedback is fetched, where it is not sent: page by page, the cursor kept with the items."""

from collections.abc import Sequence
from datetime import timedelta

from chassis.work import Work
from contracts.vocabulary import FeedbackWay
from portal_bridge import store
from portal_bridge.clients import Page
from portal_bridge.store.pulling import Standing
from portal_bridge.usecases.kit import Kit
from portal_bridge.usecases.taking import Said, take

LEASE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)


async def claim(work: Work[Kit], _: int) -> Sequence[Standing]:
    """Where to go on, if there is a city and it is time."""
    standing = await store.pulling.claim(work.session, LEASE) if work.kit.city else None
    return [standing] if standing else []


async def fetch(kit: Kit, standing: Standing) -> Page:
    """What the city has behind the cursor."""
    assert kit.city is not None, "nothing is claimed without a city"
    return await kit.city.page(standing.cursor)


async def fetched(work: Work[Kit], standing: Standing, page: Page) -> None:
    """Take what came, and keep the cursor behind it in the same transaction; go on at once while there is more."""
    if page.too_old:
        await store.pulling.move(work.session, Standing(None, 0), timedelta(0))
    elif page.cursor is None:
        pause = _pause(standing.failures, page.retry_after)
        await store.pulling.move(work.session, Standing(standing.cursor, standing.failures + 1), pause)
    else:
        await take(work, [Said(FeedbackWay.PULL, one) for one in page.items])
        again = timedelta(0) if page.items and page.cursor != standing.cursor else work.kit.pull_every
        await store.pulling.move(work.session, Standing(page.cursor, 0), again)


def _pause(failures: int, asked: float | None) -> timedelta:
    """What the city asks for, else longer each time; never longer than a quarter of an hour."""
    return min(LONGEST_PAUSE, timedelta(seconds=asked if asked is not None else 2 ** min(failures, 10)))
