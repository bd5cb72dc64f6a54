"""JSON as every program reads it alike (RFC 7493): UTF-8, no key twice, no number or text that others cannot hold."""

import json
import math
from collections.abc import Iterable
from typing import NoReturn

DEEPEST = 64
"""Levels of nesting; nothing of ours has ten."""
_LARGEST_INTEGER = 2**53 - 1
_LONGEST_INTEGER = 17
_SUSPECT = ("\\ud", "\\uD", "\\u0000")


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
    if _deep(written):
        raise NotStrict("depth")
    value = _parsed(written)
    if any(suspect in written for suspect in _SUSPECT):
        _check_texts(value)
    return value


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
    except (json.JSONDecodeError, RecursionError):
        raise NotStrict("syntax") from None


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


def _deep(written: str) -> bool:
    """Whether it nests too deep; brackets are counted first, since nearly everything has few."""
    if written.count("[") + written.count("{") <= DEEPEST:
        return False
    level, quoted, escaped = 0, False, False
    for character in written:
        if quoted:
            quoted, escaped = escaped or character != '"', character == "\\" and not escaped
        elif character in "[{":
            level += 1
            if level > DEEPEST:
                return True
        elif character in "]}":
            level -= 1
        else:
            quoted = character == '"'
    return False


def _check_texts(value: object) -> None:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            _check_text(one)
        else:
            waiting.extend(_inside(one))


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else ()


def _check_text(written: str) -> None:
    if "\0" in written:
        raise NotStrict("nul")
    if any("\ud800" <= character <= "\udfff" for character in written):
        raise NotStrict("surrogate")
