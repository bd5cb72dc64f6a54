"""Which complaints say the same: same reporter, same matter, same place (rules 2.5), and which ones nearly do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from contracts.ids import enclosing_places
from contracts.tickets import TicketFact, TicketLinked, TicketReopened
from intake.domain.form import Reporter


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """What a reporter is known again by: an official number, or a phone together with the name."""

    number: str | None
    named_phone: str | None


@dataclass(frozen=True, slots=True)
class Saying:
    """A complaint as a reporter's, who is known by a blind mark; `number` is the mark of their number, if they gave it.

    `repeats` is the one before it that says the same.
    """

    mark: bytes
    matter_code: str | None
    place_code: str
    number: bytes | None
    complaint_id: UUID
    repeats: UUID | None = None

    @property
    def of(self) -> tuple[bytes, str, str]:
        """Who says it about what and where; without a matter nothing else says the same."""
        return self.mark, self.matter_code or str(self.complaint_id), self.place_code


class Likeness(StrEnum):
    """How a code of one complaint stands to that of another."""

    SAME = "same"
    AROUND = "around"
    MISSING = "missing"
    OTHER = "other"


class KnownBy(StrEnum):
    """By what a reporter is known again."""

    NUMBER = "number"
    NAMED_PHONE = "phone-and-name"


@dataclass(frozen=True, slots=True)
class Said:
    """A complaint of the same reporter, found by one of their marks."""

    complaint_id: UUID
    known_by: KnownBy
    matter_code: str | None
    place_code: str | None
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Near:
    """A complaint that may say the same, and why: the reporter is known by something, matter and place are alike."""

    complaint_id: UUID
    known_by: KnownBy
    matter: Likeness
    place: Likeness
    apart: timedelta


@dataclass(frozen=True, slots=True)
class Link:
    """A complaint goes on in another one's ticket since an instant."""

    complaint_id: UUID
    to: UUID
    linked_at: datetime


def identity(reporter: Reporter) -> Identity:
    """What the reporter is known again by."""
    number = reporter.credit_code or reporter.id_number
    name = "".join(reporter.name.split()).casefold()
    return Identity(number, f"{reporter.phone} {name}" if reporter.phone else None)


def links(facts: Iterable[TicketFact]) -> tuple[list[Link], list[UUID]]:
    """The complaints that go on in others after these facts, and those that go on by themselves again."""
    found: dict[UUID, Link | None] = {}
    for fact in facts:
        match fact:
            case TicketLinked(to_complaint_id=UUID() as to):
                found[fact.complaint_id] = Link(fact.complaint_id, to, fact.linked_at)
            case TicketReopened():
                found[fact.complaint_id] = None
            case _:
                pass
    return [link for link in found.values() if link], [id_ for id_, link in found.items() if link is None]


def rounds(sayings: Iterable[Saying]) -> list[list[Saying]]:
    """The sayings in as many rounds as one of them is said: within a round each is said once, in one order."""
    found: list[dict[tuple[bytes, str, str], Saying]] = []
    for one in sayings:
        round_ = next((round_ for round_ in found if one.of not in round_), None)
        if round_ is None:
            found.append(round_ := {})
        round_[one.of] = one
    return [[round_[of] for of in sorted(round_)] for round_ in found]


def near(matter: str | None, place: str | None, submitted_at: datetime, others: Sequence[Said]) -> list[Near]:
    """Those that may say the same, the likeliest first: nothing that is about another matter or elsewhere."""
    found = {
        one.complaint_id: Near(
            one.complaint_id,
            one.known_by,
            _alike(matter, one.matter_code),
            _places(place, one.place_code),
            abs(submitted_at - one.submitted_at),
        )
        for one in sorted(others, key=lambda one: one.known_by == KnownBy.NUMBER)
    }
    likely = [one for one in found.values() if Likeness.OTHER not in (one.matter, one.place)]
    return sorted(likely, key=lambda one: (_ORDER[one.matter] + _ORDER[one.place], one.apart))


_ORDER = {likeness: order for order, likeness in enumerate(Likeness)}


def _alike(one: str | None, other: str | None) -> Likeness:
    if one is None or other is None:
        return Likeness.MISSING
    return Likeness.SAME if one == other else Likeness.OTHER


def _places(one: str | None, other: str | None) -> Likeness:
    if one is None or other is None or one == other:
        return _alike(one, other)
    return Likeness.AROUND if one in enclosing_places(other) or other in enclosing_places(one) else Likeness.OTHER
