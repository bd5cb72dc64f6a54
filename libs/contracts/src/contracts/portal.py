"""Facts told by portal-bridge on `city-feedback`: what the city sent, and what became of it (rules 2.7).

Keys, codes and times: what a person said, and who said it, stays sealed until intake has it (rules 7).
"""

from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.base import Fact, Instant
from contracts.ids import ComplaintId, MatterCode, PlaceCode
from contracts.tickets import Officer
from contracts.vocabulary import CityChannel, FeedbackDismissal, FeedbackReason, FeedbackState, FeedbackWay

CityKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
"""The city's own key for a feedback: what it is recognised by here and with intake."""

CreditCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJ-NPQRTUWXY]{18}$")]
"""统一社会信用代码 of a unit, by its form alone."""


class FeedbackReceived(
    Fact, type="feedback.received.v1", topic="city-feedback", producer="portal-bridge", key="city_key"
):
    """The city sent a feedback 评价, once per key (四(一)).

    `received_at` is when the city received it, `entered_at` when it was entered here: both are kept. A correction and
    a second rating are feedback of their own. `state` and `reason` say what became of it at first.
    """

    city_key: CityKey
    way: FeedbackWay
    place_code: PlaceCode
    unit_credit_code: CreditCode
    matter_code: MatterCode | None
    pf: CityChannel
    rating: Annotated[int, Field(ge=1, le=5)] | None
    assess_number: Annotated[int, Field(ge=1, le=2)]
    corrects: CityKey | None
    default_rating: bool
    happened_at: Instant
    received_at: Instant
    entered_at: Instant
    state: FeedbackState
    reason: FeedbackReason


class FeedbackAccepted(
    Fact, type="feedback.accepted.v1", topic="city-feedback", producer="portal-bridge", key="city_key"
):
    """The centre finds that it is a complaint: it goes to intake."""

    city_key: CityKey
    accepted_at: Instant
    by: Officer


class FeedbackDismissed(
    Fact, type="feedback.dismissed.v1", topic="city-feedback", producer="portal-bridge", key="city_key"
):
    """The centre finds that it is no complaint."""

    city_key: CityKey
    dismissal: FeedbackDismissal
    dismissed_at: Instant
    by: Officer


class FeedbackRegistered(
    Fact, type="feedback.registered.v1", topic="city-feedback", producer="portal-bridge", key="city_key"
):
    """Intake has it as a complaint of the channel `city-exit`; here nothing is left of what was said."""

    city_key: CityKey
    complaint_id: ComplaintId
    registered_at: Instant
