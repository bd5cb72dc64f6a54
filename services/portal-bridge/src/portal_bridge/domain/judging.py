"""Whether a feedback of the city is admitted, and what becomes of it (rules 2.7)."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from contracts import ids, numbers
from contracts.refusals import Refused
from contracts.vocabulary import CityChannel, FeedbackReason, FeedbackState
from portal_bridge.domain.form import CityFeedback
from portal_bridge.domain.policy import SHANGHAI, Policy

_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LONGEST_CREDIT_CODE = 18
_WORST_BAD = 2
_NUMBERS = {
    "phone": (numbers.phone, "city.phone"),
    "id_number": (numbers.id_number, "city.id-number"),
    "credit_code": (numbers.credit_code, "city.reporter-credit-code"),
}
"""How each number of the reporter is read, and refused; the city's `city.credit-code` is the unit's."""


class Becoming(NamedTuple):
    """What becomes of a feedback, and by which line."""

    state: FeedbackState
    reason: FeedbackReason


def admit(form: CityFeedback, policy: Policy, now: datetime) -> None:
    """Let pass what can be a feedback for this district.

    Raises Refused: `city.invalid`, `city.area-unknown`, `city.credit-code`, `city.time-in-future`; and where it may
    become a complaint, as intake would, `city.phone`, `city.id-number`, `city.reporter-credit-code`.
    """
    if form.received_at < form.happened_at:
        raise Refused("city.invalid", fields=["received_at: before_happened"])
    if form.corrects == form.key:
        raise Refused("city.invalid", fields=["corrects: itself"])
    if len(form.text or "") > policy.longest_text:
        raise Refused("city.invalid", fields=["text: string_too_long"])
    if not place_of(form).startswith(ids.DISTRICT):
        raise Refused("city.area-unknown", fields=["area: area"])
    if not is_credit_code(form.unit_credit_code):
        raise Refused("city.credit-code", fields=["unit_credit_code: credit_code"])
    if form.received_at > now + policy.future_tolerance:
        raise Refused("city.time-in-future", fields=["received_at: in_future"])
    _admit_reporter(form, now)


def _admit_reporter(form: CityFeedback, now: datetime) -> None:
    """Of what is counted nothing is kept of who said it, and nothing asked."""
    if becoming(form).state is FeedbackState.COUNTED:
        return
    said = form.reporter
    for field, (read, code) in _NUMBERS.items():
        written = getattr(said, field)
        if written and not _readable(read, written):
            raise Refused(code, fields=[f"reporter.{field}: {field}"])
    if said.id_number and numbers.birthday(numbers.id_number(said.id_number)) > now.astimezone(SHANGHAI).date():
        raise Refused("city.id-number", fields=["reporter.id_number: in_future"])


def _readable(read: Callable[[str], str], written: str) -> bool:
    try:
        read(written)
    except Refused:
        return False
    return True


def becoming(form: CityFeedback) -> Becoming:
    """What becomes of it: the first line that fits decides (policy)."""
    if form.default_rating or form.pf == CityChannel.IMPORTED:
        return Becoming(FeedbackState.COUNTED, FeedbackReason.DEFAULT)
    trouble = form.rating is None or form.rating <= _WORST_BAD
    if (form.corrects or form.assess_number > 1) and (trouble or form.text):
        return Becoming(FeedbackState.WAITING, FeedbackReason.AGAIN)
    if trouble:
        return Becoming(FeedbackState.ACCEPTED, FeedbackReason.TROUBLE)
    if form.text:
        return Becoming(FeedbackState.WAITING, FeedbackReason.WORDS)
    return Becoming(FeedbackState.COUNTED, FeedbackReason.CONTENT)


def place_of(form: CityFeedback) -> str:
    """The area as the directory writes places; the county's old code counts as the district's."""
    return ids.place_code(form.area)


def matter_of(form: CityFeedback) -> str | None:
    """The matter's basic code; None for what has no usable form, which is the desk's to solve."""
    try:
        return ids.matter_code(form.matter_code or "")
    except Refused:
        return None


def is_credit_code(said: str) -> bool:
    """Whether it is a 统一社会信用代码 whose check character holds (GB 32100)."""
    if len(said) != _LONGEST_CREDIT_CODE or not set(said) <= set(_SIGNS):
        return False
    total = sum(_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(said[:-1]))
    return _SIGNS.index(said[-1]) == -total % 31
