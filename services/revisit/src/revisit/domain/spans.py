"""Days that are counted together, so that a ranking reads few rows: each day, each week, each four weeks."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

LENGTHS = (28, 7, 1)
"""Days of the spans, each a multiple of the next; all of them begin with the first."""
_FIRST = date(1999, 12, 6)
"""A Monday before all that is counted."""


class Span(NamedTuple):
    """So many days from the first on."""

    days: int
    first: date


class Run(NamedTuple):
    """Spans of so many days, from one that begins on `first` to one that begins on `last`; added, or taken away."""

    days: int
    first: date
    last: date
    sign: int


def holding(on: date) -> list[Span]:
    """The spans that a date lies in, one of each length."""
    return [Span(days, on - (on - _FIRST) % timedelta(days)) for days in LENGTHS]


def between(first: date, last: date) -> list[Run]:
    """The spans that make up the dates from one to another, both included: long ones, with short ones at both ends.

    From the nearest beginning of a long span dates are added or taken away, so that the ends are short.
    """
    return list(_between(first, last + timedelta(1), LENGTHS))


def _between(begin: date, end: date, lengths: Sequence[int]) -> Iterator[Run]:
    """As `between`, without the end; where that lies before the beginning, what lies between is taken away."""
    if begin == end:
        return
    days, *shorter = lengths
    near_begin, near_end = _nearest(begin, days), _nearest(end, days)
    yield from _between(begin, near_begin, shorter)
    if near_begin != near_end:
        low, high = sorted((near_begin, near_end))
        yield Run(days, low, high - timedelta(days), 1 if near_begin < near_end else -1)
    yield from _between(near_end, end, shorter)


def _nearest(on: date, days: int) -> date:
    """The date nearest to one on which a span of so many days begins."""
    return _FIRST + round((on - _FIRST) / timedelta(days)) * timedelta(days)
