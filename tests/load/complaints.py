"""Makes complaints for the channels, and says of each what must become of it.

The same run and seed make the same ones. No two have the same `submitted_at`, to the millisecond: by the channel and
that instant a complaint is recognised on the topics, which carry no source id.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from time import CLOCK_REALTIME, clock_gettime
from typing import Any

import orjson
from tests.load import identity, words
from tests.load.districts import District, usable_matter, usable_place
from tests.load.words import Words

CHANNELS = ("window", "district-portal", "enterprise-web", "citizen-app", "enterprise-app", "kiosk", "city-exit")
_SHANGHAI = timezone(timedelta(hours=8))
_DAY_S = 24 * 60 * 60
_ELSEWHERE = "310115101000"
_UNLISTED_MATTER = "999999999999"

Form = dict[str, Any]
At = tuple[str, int]
"""What a complaint is recognised by: its channel and the instant of submission, in Unix milliseconds."""


@dataclass(frozen=True, slots=True)
class Registered:
    """It must be registered, and its ticket dispatched to the unit, or queued for the manual desk without one."""

    channel: str
    source_id: str
    submitted_at: datetime
    matter: str | None
    place: str | None
    unit: str | None

    @property
    def at(self) -> At:
        """What it is recognised by."""
        return self.channel, milliseconds(self.submitted_at)


@dataclass(frozen=True, slots=True)
class Again:
    """It says what was said before: nothing must come of it."""


@dataclass(frozen=True, slots=True)
class Parked:
    """It must be parked under this code."""

    code: str


Outcome = Registered | Again | Parked


@dataclass(frozen=True, slots=True)
class Said:
    """A message for `channels.<channel>`, and what must become of it."""

    channel: str
    key: bytes
    value: bytes | None
    outcome: Outcome
    headers: tuple[tuple[str, bytes | None], ...] = ()

    @property
    def topic(self) -> str:
        """The topic that it is said on."""
        return f"channels.{self.channel}"

    @property
    def at(self) -> At:
        """What it is recognised by once it is registered."""
        assert isinstance(self.outcome, Registered)
        return self.outcome.at


def milliseconds(instant: datetime) -> int:
    """The instant as Unix time."""
    return round(instant.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Mix:
    """Of how many complaints in a thousand something is said again, contradicted or spoiled beside them."""

    again: int = 20
    contradicted: int = 3
    spoiled: int = 10


USUAL = Mix()


class Generator:
    """An endless source of complaints about the matters and places of a district, those of a run by people of its own.

    Who said the same before would be linked to that (rules 2.5).
    """

    def __init__(
        self, district: District, run: str, *, seed: int = 1, texts: Words = words.own, mix: Mix = USUAL
    ) -> None:
        self._district, self._run, self._texts, self._mix = district, run, texts, mix
        self._dice, self._people = random.Random(seed), random.Random(f"{run} {seed}")
        self._places = tuple(district.parents)
        self._units = tuple(district.units.values())
        self._number = 0
        self._begin = datetime.fromtimestamp(int(clock_gettime(CLOCK_REALTIME)) - _DAY_S, UTC)

    def complaints(self, how_many: int) -> Iterator[Said]:
        """So many that must be registered, and among them what is said again, contradicted or spoiled."""
        for _ in range(how_many):
            form, said = self.one()
            yield said
            yield from self._beside(form, said)

    def one(self, channel: str | None = None, *, dispatched: bool = False) -> tuple[Form, Said]:
        """A complaint as its form and as a message; with `dispatched` one that some unit must get."""
        form, outcome = self._form(channel or self._dice.choice(CHANNELS))
        while dispatched and outcome.unit is None:
            form, outcome = self._form(outcome.channel)
        return form, Said(outcome.channel, outcome.source_id.encode(), orjson.dumps(form), outcome)

    def _form(self, channel: str) -> tuple[Form, Registered]:
        self._number += 1
        source_id, at = f"{self._run}-{self._number}", self._begin + timedelta(milliseconds=self._number)
        subject, text = self._texts(self._dice)
        codes = {"matter_code": self._matter(), "place_code": self._place()}
        form = {
            "source_id": source_id,
            "submitted_at": at.astimezone(_SHANGHAI).isoformat(timespec="milliseconds"),
            "reporter": self._reporter(channel),
            "subject": subject,
            "text": text,
            **{name: code for name, code in codes.items() if code is not None},
        }
        matter, place = usable_matter(codes["matter_code"]), usable_place(codes["place_code"])
        return form, Registered(channel, source_id, at, matter, place, self._district.unit_for(matter, place))

    def _reporter(self, channel: str) -> Form:
        dice, enterprise = self._people, channel.startswith("enterprise")
        said = {"kind": "enterprise" if enterprise else "citizen", "name": words.name(dice)}
        if dice.random() < 0.8:
            said["phone"] = identity.phone(dice)
        if enterprise:
            return said | {"credit_code": identity.credit_code(dice)}
        return said | ({"id_number": identity.id_number(dice)} if dice.random() < 0.2 else {})

    def _matter(self) -> str | None:
        matter, lot = self._dice.choice(self._district.matters), self._dice.random()
        if lot < 0.85:
            return matter
        if lot < 0.90:
            return f"{self._dice.choice(self._units)}3{matter}"
        return self._dice.choice((None, None, "sb-0001", _UNLISTED_MATTER))

    def _place(self) -> str | None:
        place, lot = self._dice.choice(self._places), self._dice.random()
        if lot < 0.80:
            return place
        if lot < 0.85:
            return place.replace("310151", "310230", 1)
        return self._dice.choice((None, None, place[:9] + "998", place[:9], "城桥镇", _ELSEWHERE))

    def _beside(self, form: Form, said: Said) -> Iterator[Said]:
        mix, lot = self._mix, self._dice.randrange(1000)
        for share, make in ((mix.again, _again), (mix.contradicted, _contradicted), (mix.spoiled, self._spoiled)):
            if 0 <= lot < share:
                yield make(form, said)
            lot -= share

    def _spoiled(self, form: Form, said: Said) -> Said:
        self._number += 1
        make = _SPOILED[self._number % len(_SPOILED)]
        value, code = make(form | {"source_id": f"{self._run}-{self._number}"})
        return Said(said.channel, f"spoiled-{self._run}-{self._number}".encode(), value, Parked(code))


def _again(form: Form, said: Said) -> Said:
    """The same, its fields in another order, with headers that a careless channel might send."""
    value = orjson.dumps(dict(reversed(form.items())))
    return Said(said.channel, said.key, value, Again(), (("trace", None), ("note", b"\xff\xfe")))


def _contradicted(form: Form, said: Said) -> Said:
    value = orjson.dumps(form | {"text": form["text"] + "!"})
    return Said(said.channel, said.key, value, Parked("complaint.different-body"))


def _without(field: str) -> Callable[[Form], tuple[bytes, str]]:
    return lambda form: (orjson.dumps({k: v for k, v in form.items() if k != field}), "complaint.invalid")


def _with(code: str, **fields: Any) -> Callable[[Form], tuple[bytes, str]]:
    return lambda form: (orjson.dumps(form | fields), code)


_SPOILED: tuple[Callable[[Form], tuple[bytes | None, str]], ...] = (
    lambda form: (orjson.dumps(form)[:-1], "complaint.not-json"),
    lambda form: (orjson.dumps(form).decode().encode("gb18030"), "complaint.encoding"),
    lambda form: (None, "complaint.not-json"),
    lambda form: (b"[" * 10_000 + b"]" * 10_000, "complaint.not-json"),
    _without("reporter"),
    _without("text"),
    _with("complaint.invalid", urgent=True),
    _with("complaint.invalid", submitted_at="2026-11-24T09:00:00"),
    _with("complaint.invalid", text="a\0b"),
    _with("complaint.time-in-future", submitted_at="2099-01-01T00:00:00+08:00"),
)
