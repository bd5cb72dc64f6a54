"""Bad ratings (rules 5.4): the unit explains or corrects, then the centre asks the reporter a second time."""

from datetime import datetime
from typing import Any

from contracts.refusals import Refused
from contracts.revisits import RatingAnswered, RatingQuestioned, RevisitFact
from contracts.vocabulary import Level, RevisitKind
from revisit.domain.calendar import due
from revisit.domain.cases import Answer, Case
from revisit.domain.commands import Explained, Measures, Supervise
from revisit.domain.planning import second
from revisit.domain.ratings import BadRating


def questioned(case: Case, at: datetime, measures: Measures) -> list[RevisitFact]:
    """The newest finish's bad rating is for its unit to explain, from when it may know of it.

    That is once a finish, not while the unit still asks, and not where a finding was confirmed, which is worse.
    """
    bad = _bad(case)
    if bad is None or bad.rating is None or _asked_or_judged(case):
        return []
    return [
        RatingQuestioned(
            **_said(case, bad.finish, case.unit),
            answer_id=bad.answer_id,
            rating=bad.rating,
            questioned_at=at,
            due_at=due(at, measures.policy.rating_days, measures.calendar, measures.policy.hours),
            policy=measures.policy.version,
        )
    ]


def _bad(case: Case) -> Answer | None:
    """The first that is; what is said the second time comes after one, and is not explained again."""
    said = (one for one in case.life.answers if one.finish == case.finishes)
    return next((one for one in said if one.rating and Level(one.rating).bad), None)


def _asked_or_judged(case: Case) -> bool:
    finish = case.finishes
    asks = any(one.open and (one.kind, one.finish) == (RevisitKind.UNIT, finish) for one in case.life.revisits)
    known = any(one.finish == finish for one in case.life.bad_ratings)
    return asks or known or case.confirmed(finish)


def explain(case: Case, asked: Supervise, act: Explained) -> list[RevisitFact]:
    """The unit's word on it, late or not, and the second revisit.

    Raises Refused: `rating.unknown`, `principal.not-allowed`, `rating.answered`, `rating.settled`.
    """
    rating = _of_caller(case, asked, act)
    if rating.reply:
        raise Refused("rating.answered")
    if not case.unexplained(rating):
        raise Refused("rating.settled")
    answered = RatingAnswered(
        **_said(case, rating.finish, rating.unit),
        answer_id=rating.answer_id,
        how=act.how,
        text_id=act.text_id,
        due_at=rating.due_at,
        late=asked.at > rating.due_at,
        answered_at=asked.at,
        action_id=asked.action_id,
        by=asked.by,
    )
    return [answered, second(case, rating, asked.at, asked.measures)]


def _of_caller(case: Case, asked: Supervise, act: Explained) -> BadRating:
    rating = case.bad_rating(act.answer_id)
    if rating is None or (asked.unit and asked.unit != rating.unit):
        raise Refused("rating.unknown")
    if asked.unit != rating.unit:
        raise Refused("principal.not-allowed")
    return rating


def _said(case: Case, finish: int, unit: str | None) -> dict[str, Any]:
    return {"ticket_id": case.ticket_id, "complaint_id": case.complaint_id, "unit": unit, "finish": finish}
