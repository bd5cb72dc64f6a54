"""A feedback of the city as it is kept, and what the centre decides about one that waits."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from contracts.portal import FeedbackAccepted, FeedbackDismissed, FeedbackReceived
from contracts.refusals import Refused
from contracts.vocabulary import CityChannel, FeedbackDismissal, FeedbackReason, FeedbackState, FeedbackWay
from portal_bridge.domain.form import CityFeedback
from portal_bridge.domain.judging import becoming, matter_of, place_of


@dataclass(frozen=True, slots=True)
class Feedback:
    """Codes and times in the open; `parcel` is the complaint, sealed, as long as it is needed here."""

    city_key: str
    fingerprint: bytes
    way: FeedbackWay
    place_code: str
    unit_credit_code: str
    matter_code: str | None
    project_number: str | None
    pf: int
    rating: int | None
    assess_number: int
    corrects: str | None
    default_rating: bool
    happened_at: datetime
    received_at: datetime
    entered_at: datetime
    state: FeedbackState
    reason: FeedbackReason
    parcel: bytes | None = field(repr=False)
    action_id: UUID | None = None
    dismissal: FeedbackDismissal | None = None
    settled_at: datetime | None = None
    settled_by: str | None = None
    complaint_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person of the centre decides: without a `dismissal` it is a complaint."""

    action_id: UUID
    by: str
    dismissal: FeedbackDismissal | None
    now: datetime


def entered(form: CityFeedback, fingerprint: bytes, way: FeedbackWay, now: datetime) -> Feedback:
    """The feedback as it is entered, without its parcel."""
    state, reason = becoming(form)
    return Feedback(
        city_key=form.key,
        fingerprint=fingerprint,
        way=way,
        place_code=place_of(form),
        unit_credit_code=form.unit_credit_code,
        matter_code=matter_of(form),
        project_number=form.project_number,
        pf=form.pf,
        rating=form.rating,
        assess_number=form.assess_number,
        corrects=form.corrects,
        default_rating=form.default_rating,
        happened_at=form.happened_at,
        received_at=form.received_at,
        entered_at=now,
        state=state,
        reason=reason,
        parcel=None,
    )


def received(feedback: Feedback) -> FeedbackReceived:
    """What is told of it."""
    return FeedbackReceived(
        city_key=feedback.city_key,
        way=feedback.way,
        place_code=feedback.place_code,
        unit_credit_code=feedback.unit_credit_code,
        matter_code=feedback.matter_code,
        pf=CityChannel(feedback.pf),
        rating=feedback.rating,
        assess_number=feedback.assess_number,
        corrects=feedback.corrects,
        default_rating=feedback.default_rating,
        happened_at=feedback.happened_at,
        received_at=feedback.received_at,
        entered_at=feedback.entered_at,
        state=feedback.state,
        reason=feedback.reason,
    )


def decide(feedback: Feedback, decision: Decision) -> list[FeedbackAccepted | FeedbackDismissed]:
    """What a decision of the centre changes; nothing when it was made before.

    Raises Refused: `action.different-body` when the action was another decision, `feedback.settled` for what waits for
    none.
    """
    if feedback.action_id == decision.action_id:
        if (feedback.dismissal, feedback.settled_by) != (decision.dismissal, decision.by):
            raise Refused("action.different-body")
        return []
    if feedback.state is not FeedbackState.WAITING:
        raise Refused("feedback.settled")
    key, now, by = feedback.city_key, decision.now, decision.by
    if decision.dismissal is None:
        return [FeedbackAccepted(city_key=key, accepted_at=now, by=by)]
    return [FeedbackDismissed(city_key=key, dismissal=decision.dismissal, dismissed_at=now, by=by)]


def decided(feedback: Feedback, decision: Decision) -> Feedback:
    """The feedback after a decision that changed it; what is no complaint is forgotten."""
    accepted = decision.dismissal is None
    return replace(
        feedback,
        state=FeedbackState.ACCEPTED if accepted else FeedbackState.DISMISSED,
        parcel=feedback.parcel if accepted else None,
        action_id=decision.action_id,
        dismissal=decision.dismissal,
        settled_at=decision.now,
        settled_by=decision.by,
    )
