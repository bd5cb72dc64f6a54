"""Finding matters by what they are called: names and synonyms in Chinese, their pinyin and its initials."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import NamedTuple

from rapidfuzz import fuzz

from intake.domain.ranking.grams import LONGEST

_HAN = re.compile(r"[\u4e00-\u9fff]+")
_LATIN = re.compile(r"[a-z]{2,}(?: [a-z]+)*")
_COMPARED = 40
"""Names that share the rarest pairs of characters with the text are compared letter by letter, no others."""
_NEAR_ENOUGH = 0.45
_SHORTEST_INITIALS = 4
_SHORTEST_PINYIN = 6
_MOST_WORDS = 20
"""In letters: a text of thousands is not one that names a matter in pinyin."""
_OF_PINYIN = 0.8
"""What is written in letters may mean other characters."""


@dataclass(frozen=True, slots=True)
class Matter:
    """事项 as the directory lists it, with the unit that owns it at each place."""

    code: str
    name: str
    synonyms: tuple[str, ...]
    pinyin: tuple[str, ...]
    owners: Mapping[str, str]

    @property
    def called(self) -> tuple[str, ...]:
        """Everything that it is called."""
        return self.name, *self.synonyms


class Likeness(NamedTuple):
    """A matter, how much of one of its names the text says (0 to 1), and that name."""

    code: str
    likeness: float
    name: str


class Names:
    """An index of what matters are called."""

    def __init__(self, matters: Iterable[Matter]) -> None:
        self._forms = [(one.code, name) for one in matters for name in one.called]
        self._letters = [(one.code, form, one.name) for one in matters for form in one.pinyin]
        self._pairs = [frozenset(_pairs(name)) for _, name in self._forms]
        holders = defaultdict[str, list[int]](list)
        for at, pairs in enumerate(self._pairs):
            for pair in pairs:
                holders[pair].append(at)
        self._holders = dict(holders)
        self._rarity = {pair: log(1 + len(self._forms) / len(at)) for pair, at in holders.items()}
        self._whole = [sum(map(self._rarity.__getitem__, pairs)) or 1.0 for pairs in self._pairs]

    def like(self, subject: str, text: str) -> dict[str, Likeness]:
        """The matters of which the text says enough, by code."""
        said = f"{subject} {text[:LONGEST]}"
        found: dict[str, Likeness] = {}
        for one in (*self._in_characters(said), *self._in_letters(said.lower())):
            if one.likeness >= _NEAR_ENOUGH and one.likeness > found.get(one.code, one._replace(likeness=0)).likeness:
                found[one.code] = one
        return found

    def _in_characters(self, said: str) -> Iterator[Likeness]:
        shared: defaultdict[int, float] = defaultdict(float)
        for pair in set(_pairs(said)) & self._holders.keys():
            for at in self._holders[pair]:
                shared[at] += self._rarity[pair]
        nearest = sorted(shared, key=lambda at: -shared[at] / self._whole[at])[:_COMPARED]
        for at in nearest:
            code, name = self._forms[at]
            alike = fuzz.partial_ratio(name, said) / 100
            yield Likeness(code, (shared[at] / self._whole[at] + alike) / 2, name)

    def _in_letters(self, said: str) -> Iterator[Likeness]:
        for word in {found.replace(" ", "") for found in _LATIN.findall(said)[:_MOST_WORDS]}:
            for code, form, name in self._letters:
                if word == form and len(form) >= _SHORTEST_INITIALS:
                    yield Likeness(code, _OF_PINYIN, name)
                elif len(word) >= _SHORTEST_PINYIN and word in form:
                    yield Likeness(code, _OF_PINYIN * len(word) / len(form), name)


def spelled(names: Sequence[str]) -> tuple[str, ...]:
    """Names in pinyin without tones, and their initials: `shebaodengji`, `sbdj`."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - 57 MB that only a changed directory needs

    syllables = [lazy_pinyin("".join(_HAN.findall(name))) for name in names]
    forms = ["".join(one) for one in syllables] + ["".join(each[0] for each in one) for one in syllables]
    return tuple(dict.fromkeys(form for form in forms if form))


def _pairs(said: str) -> Iterator[str]:
    for word in _HAN.findall(said):
        for at in range(len(word) - 1):
            yield word[at : at + 2]
