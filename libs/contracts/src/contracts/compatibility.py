"""Whether a schema still keeps what an earlier one promised.

A field may be added with a default, a word to a list, an alternative to those that a form tells apart; nothing else.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_WORDS = frozenset(("title", "description", "default", "examples", "$id", "$schema"))
"""What a schema says to people; it may change."""
_LOOKED_INTO = frozenset(("properties", "$defs", "required", "enum", "oneOf", "discriminator"))


def broken(old: Schema, new: Schema, at: str = "") -> Iterator[str]:
    """Every promise of the old schema that the new one does not keep, as `where: what`."""
    for group in ("properties", "$defs"):
        yield from _group(old.get(group, {}), new.get(group, {}), at)
    yield from _required(set(old.get("required", ())), set(new.get("required", ())), set(old.get("properties", ())), at)
    if set(old.get("enum", ())) - set(new.get("enum", ())):
        yield f"{at or 'the fact'}: a word is gone"
    if any(one not in new.get("oneOf", ()) for one in old.get("oneOf", ())):
        yield f"{at or 'the fact'}: an alternative is gone"
    if _rest(old) != _rest(new):
        yield f"{at or 'the fact'}: it has another form"


def _group(old: Schema, new: Schema, at: str) -> Iterator[str]:
    for name, was in old.items():
        where = f"{at}.{name}".lstrip(".")
        if name in new:
            yield from broken(was, new[name], where)
        else:
            yield f"{where}: it is gone"


def _required(old: set[str], new: set[str], known: set[str], at: str) -> Iterator[str]:
    for name in sorted(new - old):
        yield f"{at}.{name}: it must be given now".lstrip(".")
    for name in sorted((old - new) & known):
        yield f"{at}.{name}: it may be missing now".lstrip(".")


def _rest(schema: Schema) -> dict[str, Any]:
    return {key: _plain(value) for key, value in schema.items() if key not in _WORDS | _LOOKED_INTO}


def _plain(value: Any) -> Any:
    """The value without what is said to people only."""
    match value:
        case dict():
            return {key: _plain(inner) for key, inner in value.items() if key not in _WORDS}
        case list():
            return [_plain(inner) for inner in value]
    return value
