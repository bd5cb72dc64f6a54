"""A bad rating that a unit has to explain or to correct (rules 5.4), and what it said."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from contracts.revisits import RatingAnswered, RatingFact, RatingQuestioned
from contracts.vocabulary import RatingReply


@dataclass(frozen=True, slots=True)
class Reply:
    """What the unit did about it; `late` says that it came after it was due."""

    action_id: UUID
    how: RatingReply
    text_id: UUID
    late: bool
    answered_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class BadRating:
    """The answer that rated a finish badly. `unit` has to say something about it, the centre without one."""

    answer_id: UUID
    finish: int
    unit: str | None
    rating: int
    questioned_at: datetime
    due_at: datetime
    policy: int
    reply: Reply | None = None


def rated(ratings: tuple[BadRating, ...], fact: RatingFact) -> tuple[BadRating, ...]:
    """The bad ratings of a ticket after a fact about one."""
    match fact:
        case RatingQuestioned():
            return (*ratings, _questioned(fact))
        case RatingAnswered():
            return tuple(_replied(one, fact) for one in ratings)
        case _:
            assert_never(fact)


def _questioned(fact: RatingQuestioned) -> BadRating:
    return BadRating(fact.answer_id, fact.finish, fact.unit, fact.rating, fact.questioned_at, fact.due_at, fact.policy)


def _replied(rating: BadRating, fact: RatingAnswered) -> BadRating:
    if rating.answer_id != fact.answer_id:
        return rating
    reply = Reply(fact.action_id, fact.how, fact.text_id, fact.late, fact.answered_at, fact.by)
    return replace(rating, reply=reply)
