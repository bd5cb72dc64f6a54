"""How people are told of lights: noted as they turn, gathered in business hours, sent until they are answered."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from prometheus_client import Counter, Gauge

from chassis import telemetry
from chassis.telemetry import metrics
from chassis.work import Work
from sla_monitor import domain, store
from sla_monitor.clients import Answer
from sla_monitor.domain import Case, Fate, Parcel, RecipientKind
from sla_monitor.store.notifying import Limits, Ready
from sla_monitor.usecases.kit import Kit

LEASE = timedelta(seconds=30)
"""For so long nobody else sends a message that was claimed; a sender has given up by then."""

MOST_AT_ONCE = 10
MOST_GATHERED = 20_000
"""For so many recipients, and of so many clocks for each, messages are made in one transaction; the rest follows."""

_WAITING = Gauge(
    "bbcs_notifications_waiting", "Changes that somebody is to be told of", ["kind"], registry=metrics.REGISTRY
)
_OLDEST = Gauge(
    "bbcs_notifications_oldest_seconds", "For how long the oldest of them waits", ["kind"], registry=metrics.REGISTRY
)
_SENT = Counter("bbcs_messages_sent", "Messages that got there", ["kind"], registry=metrics.REGISTRY)
_FAILED = Counter("bbcs_messages_failed", "Messages that did not", ["kind", "fate"], registry=metrics.REGISTRY)
_log = telemetry.logger(__name__)


async def note(work: Work[Kit], changed: Iterable[tuple[Case, Case]]) -> None:
    """Have what lights show now wait for whoever is to be told; of each two cases the second holds now.

    With nobody to tell it costs one look.
    """
    if not await store.notifying.anybody(work.session):
        return
    found = [change for before, after in changed for change in domain.changes(before, after)]
    if found:
        await store.notifying.note(work.session, found, work.now)


async def gather(work: Work[Kit]) -> bool:
    """Make a message for each recipient for whom something waits, unless it was told a moment ago or has one open.

    In business hours only (rules 4.2). What holds no more is left out, what is silenced waits. Whether to look again.
    """
    silenced = await _silenced(work)
    if silenced is None:
        return False
    telling = work.kit.policy.telling
    ready = await store.notifying.ready(work.session, work.now - telling.pause, silenced, MOST_AT_ONCE)
    if ready:
        messages = {work.new_id(): one for one in ready}
        await _make(work, messages, silenced, Limits(MOST_GATHERED, telling.named))
    return bool(ready)


async def _make(work: Work[Kit], messages: Mapping[UUID, Ready], silenced: set[str], limits: Limits) -> None:
    digests = await store.notifying.gather(work.session, messages, silenced, limits, work.now)
    made = [
        (id_, messages[id_].recipient_id, domain.written(one, messages[id_].kind), one.clocks)
        for id_, one in digests.items()
    ]
    if made:
        await store.notifying.make(work.session, made, work.now)


async def _silenced(work: Work[Kit]) -> set[str] | None:
    """The units of which nobody is told now; None when nobody is told of anything: by the hour, or by a silence."""
    if not await store.calendar.newest(work.session):
        return None
    calendar = await work.kit.newest.calendar(work.session)
    if not domain.open_at(work.now, calendar, work.kit.policy.hours):
        return None
    units = await store.notifying.silenced(work.session, work.now)
    return None if None in units else {one for one in units if one}


async def claim(work: Work[Kit], most: int) -> Sequence[Parcel]:
    """Messages to be sent now, which nobody else sends in the meantime."""
    silenced = await _silenced(work)
    if silenced is None:
        return ()
    return await store.notifying.claim(work.session, most, LEASE, silenced, work.now)


async def deliver(kit: Kit, parcel: Parcel) -> Answer:
    """Send a message once."""
    return await kit.outside.deliver(parcel)


async def settle(work: Work[Kit], parcel: Parcel, answer: Answer) -> None:
    """Put on record how a message was answered; one that did not get there is sent again, or waits for an operator."""
    fate = domain.fate(*answer)
    again_at = None
    if fate is Fate.WAITING:
        pause = domain.pause_after(parcel.failures + 1, parcel.message_id, work.kit.policy.telling)
        again_at = work.now + pause
    await store.notifying.settle(
        work.session, parcel, fate, status=answer.status, code=answer.code, again_at=again_at, now=work.now
    )
    _say(parcel, answer, fate)


def _say(parcel: Parcel, answer: Answer, fate: Fate) -> None:
    said = {"kind": parcel.kind, "count": parcel.clocks, "attempts": parcel.attempt}
    if fate is Fate.SENT:
        _SENT.labels(parcel.kind).inc()
        _log.info("message.sent", status=answer.status, **said)
        return
    _FAILED.labels(parcel.kind, fate).inc()
    _log.warning("message.failed", status=answer.status, code=answer.code, state=fate, **said)


async def count(work: Work[Kit]) -> None:
    """Let the metrics show what waits, and for how long."""
    found = await store.notifying.waiting(work.session)
    for kind in RecipientKind:
        waiting, oldest = found.get(kind, (0, work.now))
        _WAITING.labels(kind).set(waiting)
        _OLDEST.labels(kind).set((work.now - oldest).total_seconds())
