"""What a model sees of a complaint: runs of one to three Chinese characters, those of the subject twice."""

import re
from collections import Counter
from collections.abc import Iterator
from hashlib import blake2b

LONGEST = 2_000
"""Characters of a text that are looked at: what it is about is said by then."""
_WIDEST = 3
_HAN = re.compile(r"[\u4e00-\u9fff]+")


def grams(subject: str, text: str = "") -> Counter[str]:
    """How often each run occurs. Digits, letters and signs (numbers, places made anonymous) say nothing of a matter."""
    counted = Counter(_runs(subject))
    counted.update(counted.copy())
    counted.update(_runs(text[:LONGEST]))
    return counted


def fingerprint(subject: str, text: str) -> bytes:
    """What the same complaint is recognised by, spaces and signs aside: 8 bytes."""
    said = "".join(_HAN.findall(subject + text)) or subject + text
    return blake2b(said.encode(), digest_size=8).digest()


def _runs(said: str) -> Iterator[str]:
    for word in _HAN.findall(said):
        for wide in range(1, _WIDEST + 1):
            for at in range(len(word) - wide + 1):
                yield word[at : at + wide]
