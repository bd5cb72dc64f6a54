"""JSON as every program reads it alike (RFC 7493): UTF-8, no key twice, no number or text that others cannot hold."""

import json
import math
from collections.abc import Iterable
from typing import NoReturn

DEEPEST = 64
"""Levels of nesting; nothing of ours has ten."""
_LARGEST_INTEGER = 2**53 - 1
_LONGEST_INTEGER = 17
_ESCAPES = ("\\ud", "\\uD", "\\u0000")


class NotStrict(Exception):  # noqa: N818 - read by people as a sentence
    """The bytes are not strict JSON; `kind` says why, and nothing of what they say."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def read(body: bytes) -> object:
    """The value of a JSON text. Raises NotStrict, whose kind is one of `encoding`, `depth`, `syntax`, `duplicate-key`,
    `number`, `surrogate`, `nul`.
    """
    written = _decoded(body)
    value = _parsed(written)
    if _suspect(written):
        _check(value)
    return value


def _suspect(written: str) -> bool:
    """Whether it may nest too deep or hold such texts: nearly everything does not, and is not walked through."""
    return written.count("[") + written.count("{") > DEEPEST or any(escape in written for escape in _ESCAPES)


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise NotStrict("encoding") from None


def _parsed(written: str) -> object:
    try:
        return json.loads(
            written,
            object_pairs_hook=_unique,
            parse_int=_integer,
            parse_float=_finite,
            parse_constant=_refused_constant,
        )
    except json.JSONDecodeError:
        raise NotStrict("syntax") from None
    except RecursionError:
        raise NotStrict("depth") from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotStrict("duplicate-key")
    return found


def _integer(written: str) -> int:
    if len(written) > _LONGEST_INTEGER or abs(number := int(written)) > _LARGEST_INTEGER:
        raise NotStrict("number")
    return number


def _finite(written: str) -> float:
    number = float(written)
    if not math.isfinite(number):
        raise NotStrict("number")
    return number


def _refused_constant(_: str) -> NoReturn:
    raise NotStrict("number")


def _check(value: object) -> None:
    """Walk through the value, level by level."""
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [inner for one in level for inner in _inside(one)]
    if level:
        raise NotStrict("depth")


def _inside(value: object) -> Iterable[object]:
    match value:
        case str():
            _check_text(value)
        case dict():
            return [*value.keys(), *value.values()]
        case list():
            return value
    return ()


def _check_text(written: str) -> None:
    if "\0" in written:
        raise NotStrict("nul")
    try:
        written.encode()
    except UnicodeEncodeError:
        raise NotStrict("surrogate") from None
