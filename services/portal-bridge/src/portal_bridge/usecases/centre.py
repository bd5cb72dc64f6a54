"""What the centre does about the city's feedback: looks, accepts, dismisses, counts (rules 6)."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from chassis import audit
from chassis.security import Principal
from chassis.work import Work
from contracts.refusals import Refused
from contracts.vocabulary import FeedbackState, Purpose
from portal_bridge import domain, store
from portal_bridge.domain import Decision, Feedback
from portal_bridge.store.feedback import Figure
from portal_bridge.store.refusals import Listed
from portal_bridge.usecases.kit import Kit
from portal_bridge.usecases.taking import about


class Opened(NamedTuple):
    """A feedback with the complaint that it is, as long as that is kept here."""

    feedback: Feedback
    complaint: dict[str, Any] | None


async def listed(work: Work[Kit], state: FeedbackState, after: str | None, most: int) -> list[Feedback]:
    """Those in a state, as they came, after the one that was seen last. Raises Refused("feedback.unknown")."""
    if after and await store.feedback.one(work.session, after) is None:
        raise Refused("feedback.unknown")
    return await store.feedback.listed(work.session, state, after, most)


async def open_one(work: Work[Kit], who: Principal, city_key: str, purpose: Purpose) -> Opened:
    """A feedback, after it was written down who looks at it and what for (rules 7).

    Raises Refused("feedback.unknown").
    """
    feedback = await store.feedback.one(work.session, city_key)
    if feedback is None:
        raise Refused("feedback.unknown")
    await audit.append(work.session, who, "feedback.read", city_key, purpose, work.now)
    if feedback.parcel is None:
        return Opened(feedback, None)
    return Opened(feedback, json.loads(work.kit.vault.open_parcel(feedback.parcel, about(city_key))))


async def decide(work: Work[Kit], city_key: str, decision: Decision) -> Feedback:
    """The feedback after a decision; made again, it is as it is. Raises Refused: `feedback.unknown`, as `decide`."""
    before = await store.feedback.locked(work.session, city_key)
    if before is None:
        raise Refused("feedback.unknown")
    told = domain.decide(before, decision)
    if not told:
        return before
    after = domain.decided(before, decision)
    await store.feedback.settle(work.session, after)
    work.tell(*told)
    return after


async def figures(work: Work[Kit], since: datetime, until: datetime) -> list[Figure]:
    """How many the city received from an instant on, before another one, of each kind."""
    return await store.feedback.figures(work.session, since, until)


async def refusals(work: Work[Kit], after: int, most: int) -> list[Listed]:
    """What was refused, in the order in which it first came, without what it says."""
    return list(await store.refusals.listed(work.session, after, most))


async def keys_of(work: Work[Kit], complaint_ids: Collection[UUID]) -> list[str]:
    """The city's keys of the feedback that has become these complaints."""
    return await store.feedback.keys_of(work.session, complaint_ids)
