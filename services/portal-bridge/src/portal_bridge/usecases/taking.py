"""How feedback of the city is taken: each by itself, once per key, whatever way it came (rules 2.7)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from chassis.vault import Vault
from chassis.work import Work
from contracts.refusals import Refused
from contracts.vocabulary import FeedbackState, FeedbackWay
from portal_bridge import domain, store
from portal_bridge.domain import CityFeedback, Feedback
from portal_bridge.store.refusals import Refusal
from portal_bridge.usecases.kit import Kit

_KEPT = (FeedbackState.WAITING, FeedbackState.ACCEPTED)
"""As long as it is one of these, what was said is needed here."""


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """A JSON value that came by one of the ways."""

    way: FeedbackWay
    value: object = field(repr=False)


class Answer(NamedTuple):
    """What became of one: `fields` say where and why it was refused, as `path: kind`."""

    key: str | None
    answer: Literal["accepted", "same", "refused"]
    code: str | None = None
    fields: tuple[str, ...] = ()


class _Judged(NamedTuple):
    said: Said
    key: str | None
    fingerprint: bytes
    form: CityFeedback | None
    refusal: Answer | None


async def take(work: Work[Kit], said: Sequence[Said]) -> list[Answer]:
    """Enter what was not entered, refuse what cannot be, and answer in the order in which it was said."""
    judged = [_judge(work, one) for one in said]
    new = {one.form.key: _entered(work, one, one.form) for one in reversed(judged) if one.form}
    added = await store.feedback.add(work.session, new.values())
    prints = await store.feedback.prints(work.session, new.keys())
    answers = list(_answers(judged, added, prints))
    await _keep_refused(work, zip(judged, answers, strict=True))
    for one in judged:
        if one.key in added:
            added.discard(one.key)
            work.tell(domain.received(new[one.key]), because=one.said)
    return answers


async def answers_of(work: Work[Kit], keys: Sequence[str]) -> list[Answer]:
    """What became of those keys that have come."""
    there = await store.feedback.prints(work.session, keys)
    refused = await store.refusals.newest(work.session, set(keys) - there.keys())
    found = {key: Answer(key, "accepted") for key in there} | {
        key: Answer(key, "refused", one.code, tuple(one.fields)) for key, one in refused.items()
    }
    return [found[key] for key in dict.fromkeys(keys) if key in found]


def _judge(work: Work[Kit], said: Said) -> _Judged:
    key = domain.key_of(said.value)
    print_ = item_print(work.kit.vault, domain.digest(said.value))
    try:
        form = domain.read(said.value)
        domain.admit(form, work.kit.policy, work.now)
    except Refused as refused:
        fields = refused.details.get("fields")
        where = tuple(map(str, fields)) if isinstance(fields, list) else ()
        return _Judged(said, key, print_, None, Answer(key, "refused", refused.code, where))
    return _Judged(said, key, print_, form, None)


def item_print(vault: Vault, digest: str) -> bytes:
    """By what an item's body of this SHA-256 (hex) is recognised."""
    return vault.blind(b"feedback\0" + digest.encode())


def _entered(work: Work[Kit], judged: _Judged, form: CityFeedback) -> Feedback:
    feedback = domain.entered(form, judged.fingerprint, judged.said.way, work.now)
    if feedback.state not in _KEPT:
        return feedback
    parcel = work.kit.vault.seal_parcel(domain.complaint(form), about(feedback.city_key))
    return replace(feedback, parcel=parcel)


def about(city_key: str) -> bytes:
    """What a sealed complaint is about: moved to another key it does not open."""
    return b"feedback\0" + city_key.encode()


def _answers(judged: Iterable[_Judged], added: Collection[str], prints: dict[str, bytes]) -> Iterable[Answer]:
    """The first of those that were added is accepted, the same body is the same, another one is refused."""
    first = set(added)
    for one in judged:
        if one.refusal or one.key is None:
            yield one.refusal or Answer(None, "refused", "city.invalid")
        elif prints[one.key] != one.fingerprint:
            yield Answer(one.key, "refused", "city.different-body")
        elif one.key in first:
            first.discard(one.key)
            yield Answer(one.key, "accepted")
        else:
            yield Answer(one.key, "same")


async def _keep_refused(work: Work[Kit], answered: Iterable[tuple[_Judged, Answer]]) -> None:
    refused = [
        Refusal(one.fingerprint, one.key, one.said.way, answer.code, answer.fields, _sealed(work, one))
        for one, answer in answered
        if answer.code
    ]
    await store.refusals.keep(work.session, refused, work.now)


def _sealed(work: Work[Kit], judged: _Judged) -> bytes:
    return work.kit.vault.seal_parcel(domain.written(judged.said.value), b"refused\0" + judged.fingerprint)
