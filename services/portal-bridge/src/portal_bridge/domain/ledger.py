"""Where the city's ledger and ours do not agree about what passed between them (对账, docs/city-feedback.md)."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from contracts.vocabulary import ReplyKind


class Passed(NamedTuple):
    """An item that the district has, or, with a number, a reply that the city has."""

    city_key: str
    reply: int | None


class Entry(NamedTuple):
    """A line of the city's ledger, and the SHA-256 (hex) of the body."""

    number: int
    passed: Passed
    digest: str


class Discord(StrEnum):
    """What is not the same on both sides."""

    ITEM_UNKNOWN = "item-unknown"
    """The city takes it that we have an item which has not come."""
    ITEM_DIFFERENT = "item-different"
    """It came with another body than the city's."""
    REPLY_FORGOTTEN = "reply-forgotten"
    """The city took a reply which its ledger does not have."""
    REPLY_UNKNOWN = "reply-unknown"
    """The city has a reply which we never sent."""
    REPLY_DIFFERENT = "reply-different"
    """It has another body than the one that we sent."""


class Difference(NamedTuple):
    """What is not the same, and of which item or reply."""

    what: Discord
    city_key: str
    reply: int | None


class Again(NamedTuple):
    """A reply that is sent again."""

    city_key: str
    complaint_id: UUID
    number: int
    kind: ReplyKind


def compare(
    theirs: Mapping[Passed, bytes], ours: Mapping[Passed, Collection[bytes]], taken: Collection[Passed]
) -> list[Difference]:
    """Every difference, by key and number.

    `theirs` are the city's bodies by their fingerprints, `ours` those of all that we know, none where a body was not
    kept; `taken` are the replies that the city had answered before its ledger was read.
    """
    unknown = [_difference(one, Discord.ITEM_UNKNOWN, Discord.REPLY_UNKNOWN) for one in theirs if one not in ours]
    different = [
        _difference(one, Discord.ITEM_DIFFERENT, Discord.REPLY_DIFFERENT)
        for one, fingerprint in theirs.items()
        if ours.get(one) and fingerprint not in ours[one]
    ]
    forgotten = [Difference(Discord.REPLY_FORGOTTEN, *one) for one in taken if one not in theirs]
    return sorted([*unknown, *different, *forgotten], key=lambda one: (one.city_key, one.reply or 0))


def _difference(passed: Passed, of_item: Discord, of_reply: Discord) -> Difference:
    return Difference(of_item if passed.reply is None else of_reply, *passed)
