"""What the city sent: added once per key, looked up, decided, counted."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.db import Row, Session, rows
from contracts.vocabulary import FeedbackDismissal, FeedbackReason, FeedbackState, FeedbackWay
from portal_bridge.domain import Feedback

_ADD = """
    INSERT INTO feedback (
        city_key, fingerprint, way, place_code, unit_credit_code, matter_code, project_number, pf, rating,
        assess_number, corrects, default_rating, happened_at, received_at, entered_at, state, reason, parcel
    )
    SELECT city_key, fingerprint, way, place_code, unit_credit_code, matter_code, project_number, pf, rating,
        assess_number, corrects, default_rating, happened_at, received_at, entered_at, state, reason, parcel
    FROM unnest(
        CAST(:city_key AS text[]), CAST(:fingerprint AS bytea[]), CAST(:way AS text[]), CAST(:place_code AS text[]),
        CAST(:unit_credit_code AS text[]), CAST(:matter_code AS text[]), CAST(:project_number AS text[]),
        CAST(:pf AS smallint[]), CAST(:rating AS smallint[]), CAST(:assess_number AS smallint[]),
        CAST(:corrects AS text[]), CAST(:default_rating AS boolean[]), CAST(:happened_at AS timestamptz[]),
        CAST(:received_at AS timestamptz[]), CAST(:entered_at AS timestamptz[]), CAST(:state AS text[]),
        CAST(:reason AS text[]), CAST(:parcel AS bytea[])
    ) WITH ORDINALITY AS new (
        city_key, fingerprint, way, place_code, unit_credit_code, matter_code, project_number, pf, rating,
        assess_number, corrects, default_rating, happened_at, received_at, entered_at, state, reason, parcel, nth
    )
    ORDER BY city_key
    ON CONFLICT (city_key) DO NOTHING
    RETURNING city_key
"""
"""By key, so that two that take the same at once wait for each other instead of locking up."""
_COLUMNS = (
    "city_key",
    "fingerprint",
    "way",
    "place_code",
    "unit_credit_code",
    "matter_code",
    "project_number",
    "pf",
    "rating",
    "assess_number",
    "corrects",
    "default_rating",
    "happened_at",
    "received_at",
    "entered_at",
    "state",
    "reason",
    "parcel",
)
_PRINTS = "SELECT city_key, fingerprint FROM feedback WHERE city_key = ANY (CAST(:keys AS text[]))"
_KEYS_OF = "SELECT city_key FROM feedback WHERE complaint_id = ANY (CAST(:complaint_id AS uuid[]))"
_ONE = "SELECT * FROM feedback WHERE city_key = :city_key"
_LOCKED = _ONE + " FOR UPDATE"
_SETTLE = """
    UPDATE feedback SET state = :state, parcel = :parcel, action_id = :action_id, dismissal = :dismissal,
        settled_at = :settled_at, settled_by = :settled_by, hand_at = now()
    WHERE city_key = :city_key
"""
_LISTED = """
    SELECT * FROM feedback
    WHERE state = :state
        AND number > coalesce((SELECT number FROM feedback WHERE city_key = CAST(:after AS text)), 0)
    ORDER BY number
    LIMIT :most
"""
_FIGURES = """
    SELECT state, reason, pf, rating, assess_number, default_rating, count(*) AS many
    FROM feedback
    WHERE received_at >= :since AND received_at < :until
    GROUP BY state, reason, pf, rating, assess_number, default_rating
    ORDER BY state, reason, pf, rating, assess_number, default_rating
"""


class Figure(NamedTuple):
    """How many were received of one kind."""

    state: FeedbackState
    reason: FeedbackReason
    pf: int
    rating: int | None
    assess_number: int
    default_rating: bool
    many: int


async def add(session: Session, new: Collection[Feedback]) -> set[str]:
    """Add those whose keys are not known; the keys that were added."""
    if not new:
        return set()
    columns = {name: [getattr(one, name) for one in new] for name in _COLUMNS}
    return {row.city_key for row in await rows(session, _ADD, **columns)}


async def prints(session: Session, keys: Collection[str]) -> dict[str, bytes]:
    """The fingerprints of those that are known, by key."""
    if not keys:
        return {}
    return {row.city_key: row.fingerprint for row in await rows(session, _PRINTS, keys=list(keys))}


async def one(session: Session, city_key: str) -> Feedback | None:
    """The feedback of a key."""
    return next(map(_feedback, await rows(session, _ONE, city_key=city_key)), None)


async def locked(session: Session, city_key: str) -> Feedback | None:
    """The feedback of a key, which nobody else changes before this transaction has ended."""
    return next(map(_feedback, await rows(session, _LOCKED, city_key=city_key)), None)


async def settle(session: Session, feedback: Feedback) -> None:
    """Write what the centre decided."""
    names = ("city_key", "state", "parcel", "action_id", "dismissal", "settled_at", "settled_by")
    await rows(session, _SETTLE, **{name: getattr(feedback, name) for name in names})


async def listed(session: Session, state: FeedbackState, after: str | None, most: int) -> list[Feedback]:
    """Those in a state, as they came; after the one of a key."""
    return list(map(_feedback, await rows(session, _LISTED, state=state, after=after, most=most)))


async def figures(session: Session, since: datetime, until: datetime) -> list[Figure]:
    """How many the city received from an instant on, before another one, of each kind."""
    found: Sequence[Row] = await rows(session, _FIGURES, since=since, until=until)
    return [
        Figure(
            FeedbackState(row.state),
            FeedbackReason(row.reason),
            row.pf,
            row.rating,
            row.assess_number,
            row.default_rating,
            row.many,
        )
        for row in found
    ]


def _feedback(row: Row) -> Feedback:
    words = {
        "way": FeedbackWay(row.way),
        "state": FeedbackState(row.state),
        "reason": FeedbackReason(row.reason),
        "dismissal": FeedbackDismissal(row.dismissal) if row.dismissal else None,
    }
    names = (*_COLUMNS, "action_id", "settled_at", "settled_by", "complaint_id")
    return Feedback(**{name: getattr(row, name) for name in names} | words)


async def keys_of(session: Session, complaint_ids: Collection[UUID]) -> list[str]:
    """The keys of what has become these complaints."""
    return [row.city_key for row in await rows(session, _KEYS_OF, complaint_id=list(complaint_ids))]
