"""How the city is told what becomes of its items: each reply once per key and number, in order, until it has it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from prometheus_client import Counter

from chassis import audit
from chassis.security import Principal
from chassis.telemetry import metrics
from chassis.vault import Vault
from chassis.work import Work
from contracts.directory import DirectoryFact, UnitListed
from contracts.refusals import Refused
from contracts.replies import ReplyCorrected, ReplyRefused, ReplyStopped, ReplyTaken
from contracts.tickets import TicketFact
from contracts.vocabulary import Purpose, ReplyState
from portal_bridge import domain, store
from portal_bridge.clients import Outcome
from portal_bridge.domain import Course, Fate, Letter, Standing
from portal_bridge.store.replies import Settled
from portal_bridge.usecases.kit import Kit
from portal_bridge.usecases.taking import about

LEASE = timedelta(seconds=60)
"""For so long nobody else sends what was claimed; whoever does has given up by then."""

PROBE = timedelta(seconds=20)
"""For so long one reply asks alone whether the city answers again."""

LONGEST_PAUSE = timedelta(minutes=15)
MOST = 50
"""Replies in one load, each about another item."""

_SENT = Counter("bbcs_replies_sent", "Replies to the city by what it answered", ["fate"], registry=metrics.REGISTRY)


@dataclass(frozen=True, slots=True)
class Correction:
    """What the centre says about a reply that the city did not take: another text, sealed with intake, or none."""

    action_id: UUID
    by: str
    text_id: UUID | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A reply, and the city's words about it where it did not take it."""

    reply: Standing
    words: str | None = field(repr=False)


async def follow(work: Work[Kit], facts: Sequence[TicketFact]) -> None:
    """Have what happens to the city's complaints told to it."""
    courses = await _courses(work, domain.concerned(facts))
    held = await store.replies.held(work.session, {fact.ticket_id for fact in facts})
    addressees, going, replies = domain.follow(held, courses, facts)
    await store.courses.save(work.session, {one: going[one] for one in going if going[one] != courses[one]})
    await store.replies.save(work.session, addressees, replies)


async def list_units(work: Work[Kit], facts: Sequence[DirectoryFact]) -> None:
    """Keep the units' credit codes."""
    await store.replies.list_units(work.session, [one for one in facts if isinstance(one, UnitListed)])


async def claim(work: Work[Kit], loads: int) -> Sequence[Sequence[Letter]]:
    """Some loads of replies that are to be sent now, if there is a city."""
    if work.kit.replies is None:
        return ()
    found = await store.replies.claim(work.session, loads * MOST, LEASE, PROBE)
    return [found[start : start + MOST] for start in range(0, len(found), MOST)]


async def send(kit: Kit, load: Sequence[Letter]) -> Sequence[Outcome]:
    """Send each once."""
    assert kit.replies is not None, "nothing is claimed without a city"
    return await kit.replies.send(load)


async def settle(work: Work[Kit], load: Sequence[Letter], outcomes: Sequence[Outcome]) -> None:
    """Put on record how each was answered, and tell what the city took or refused."""
    said = [_settled(work, *one) for one in zip(load, outcomes, strict=True)]
    longest, hold_after = LONGEST_PAUSE.total_seconds(), work.kit.policy.hold_after
    settled = await store.replies.settle(work.session, said, longest, hold_after, work.now)
    for one in said:
        _SENT.labels(one.fate).inc()
        if one.letter.complaint_id in settled:
            _tell(work, one, settled[one.letter.complaint_id])
    await _judge_line(work, outcomes)


async def standing(work: Work[Kit], city_key: str) -> list[Standing]:
    """The replies about an item, in order, without what they say."""
    return await store.replies.of_key(work.session, city_key)


async def stuck(work: Work[Kit], state: ReplyState, after: str | None, most: int) -> list[Standing]:
    """What waits for the centre, after the item seen last."""
    return await store.replies.stuck(work.session, state, after, most)


async def show(work: Work[Kit], who: Principal, city_key: str, number: int, purpose: Purpose) -> Shown:
    """A reply with the city's words, after it was written down who reads them (rules 7). Raises as `_known` does."""
    reply = await _known(work, city_key, number)
    if reply.words is None:
        return Shown(reply, None)
    await audit.append(work.session, who, "reply.read", f"{city_key}/{number}", purpose, work.now)
    return Shown(reply, work.kit.vault.open_parcel(reply.words, about(city_key)).decode())


async def correct(work: Work[Kit], city_key: str, number: int, correction: Correction) -> Standing:
    """Have a reply sent again under its number, with another text or as it is; said again, it is as it is now.

    Raises Refused: `reply.unknown`, `reply.not-refused`, `action.different-body`.
    """
    before = await _known(work, city_key, number)
    texts = (correction.text_id,) if correction.text_id else before.text_ids
    if before.action_id == correction.action_id:
        if (before.corrected_by, before.text_ids) != (correction.by, texts):
            raise Refused("action.different-body")
        return before
    if before.state not in domain.STUCK:
        raise Refused("reply.not-refused")
    after = before._replace(
        state=ReplyState.WAITING,
        text_of=before.complaint_id if correction.text_id else before.text_of,
        text_ids=texts,
        words=None,
        status=None,
        refused_at=None,
        action_id=correction.action_id,
        corrected_by=correction.by,
    )
    await store.replies.correct(work.session, after)
    work.tell(_corrected(work, after, correction), correlation=str(after.complaint_id))
    return after


async def _courses(work: Work[Kit], tickets: set[UUID]) -> dict[UUID, Course]:
    """The courses of these tickets, and of those to which they lead: locked before it is looked who goes on there."""
    found: dict[UUID, Course] = {}
    while tickets:
        new = await store.courses.held(work.session, tickets)
        found |= new
        tickets = {to for course in new.values() for to in domain.leads(course)} - found.keys()
    return found


async def _known(work: Work[Kit], city_key: str, number: int) -> Standing:
    """Raises Refused("reply.unknown") where there is none."""
    reply = await store.replies.one(work.session, city_key, number)
    if reply is None:
        raise Refused("reply.unknown")
    return reply


def _settled(work: Work[Kit], letter: Letter, outcome: Outcome) -> Settled:
    fate = domain.fate(outcome.status) if outcome.asked else _unsent(outcome)
    words = None
    if outcome.words and fate in (Fate.REFUSED, Fate.CONFLICT):
        words = work.kit.vault.seal_parcel(outcome.words.encode(), about(letter.city_key))
    print_ = reply_print(work.kit.vault, outcome.digest) if outcome.digest else None
    return Settled(letter, fate, outcome.status, words, outcome.retry_after, print_)


def _unsent(outcome: Outcome) -> Fate:
    if outcome.textless:
        return Fate.TEXTLESS
    return Fate.LEFT if outcome.left else Fate.AGAIN


def reply_print(vault: Vault, digest: str) -> bytes:
    """By what a reply's body of this SHA-256 (hex) is recognised."""
    return vault.blind(b"reply\0" + digest.encode())


def _tell(work: Work[Kit], one: Settled, state: ReplyState) -> None:
    fact = _fact(work, one, state)
    if fact:
        work.tell(fact, correlation=str(one.letter.complaint_id))


def _fact(work: Work[Kit], one: Settled, state: ReplyState) -> ReplyTaken | ReplyStopped | ReplyRefused | None:
    """None for what is sent again by itself."""
    if one.fate is Fate.TAKEN:
        return _taken(work, one.letter)
    return _held(work, one.letter) if state is ReplyState.HELD else _refused(work, one)


def _held(work: Work[Kit], letter: Letter) -> ReplyStopped:
    return ReplyStopped(
        city_key=letter.city_key,
        complaint_id=letter.complaint_id,
        number=letter.number,
        kind=letter.kind,
        code=domain.TEXT_UNKNOWN,
        stopped_at=work.now,
    )


def _taken(work: Work[Kit], letter: Letter) -> ReplyTaken:
    return ReplyTaken(
        city_key=letter.city_key,
        complaint_id=letter.complaint_id,
        number=letter.number,
        kind=letter.kind,
        said_at=letter.said_at,
        taken_at=work.now,
    )


def _refused(work: Work[Kit], one: Settled) -> ReplyRefused | None:
    """None for what is sent again by itself."""
    if one.fate not in (Fate.REFUSED, Fate.CONFLICT) or one.status is None:
        return None
    return ReplyRefused(
        city_key=one.letter.city_key,
        complaint_id=one.letter.complaint_id,
        number=one.letter.number,
        kind=one.letter.kind,
        state=ReplyState(one.fate.value),
        status=one.status,
        refused_at=work.now,
    )


async def _judge_line(work: Work[Kit], outcomes: Sequence[Outcome]) -> None:
    """One answer about a reply shows that the city is there; none but refusals to answer, that it is not."""
    asked = [one for one in outcomes if one.asked]
    fates = {domain.fate(one.status) for one in asked}
    if fates == {Fate.DOWN}:
        pause = max((one.retry_after for one in asked if one.retry_after is not None), default=None)
        await store.replies.rests(work.session, pause, LONGEST_PAUSE.total_seconds())
    elif fates:
        await store.replies.answers(work.session)


def _corrected(work: Work[Kit], reply: Standing, correction: Correction) -> ReplyCorrected:
    return ReplyCorrected(
        city_key=reply.city_key,
        complaint_id=reply.complaint_id,
        number=reply.number,
        kind=reply.kind,
        text_id=correction.text_id,
        corrected_at=work.now,
        action_id=correction.action_id,
        by=correction.by,
    )
