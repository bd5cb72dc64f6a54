"""Facts told by portal-bridge on `city-feedback`: what the city was told about its items, and how it took that."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from contracts.base import Fact, Instant
from contracts.ids import ComplaintId, TextId
from contracts.portal import CityKey
from contracts.tickets import Officer
from contracts.vocabulary import ReplyKind, ReplyState

ReplyNumber = Annotated[int, Field(ge=1)]
"""Counts the replies about one item: 1, 2, 3 … without gaps."""


class _OfReply(Fact):
    city_key: CityKey
    complaint_id: ComplaintId
    number: ReplyNumber
    kind: ReplyKind


class ReplyTaken(_OfReply, type="reply.taken.v1", topic="city-feedback", producer="portal-bridge", key="city_key"):
    """The city has it, once per key and number, once more where it forgot it. `said_at` is when it happened here."""

    said_at: Instant
    taken_at: Instant


class ReplyRefused(_OfReply, type="reply.refused.v1", topic="city-feedback", producer="portal-bridge", key="city_key"):
    """The city does not take it as it is, or has another body under its number: the centre is shown its words.

    `status` is its HTTP status. What comes after waits behind it.
    """

    state: ReplyState
    status: Annotated[int, Field(ge=400, le=499)]
    refused_at: Instant


class ReplyStopped(_OfReply, type="reply.stopped.v1", topic="city-feedback", producer="portal-bridge", key="city_key"):
    """It is held: it could not be sent, for a reason that does not pass by itself, and waits for the centre.

    What comes after waits behind it.
    """

    code: Literal["reply.text-unknown"]
    stopped_at: Instant


class ReplyCorrected(
    _OfReply, type="reply.corrected.v1", topic="city-feedback", producer="portal-bridge", key="city_key"
):
    """The centre has it sent again under its number, with the text `text_id`, sealed with intake, or as it was.

    Also where the city had taken it, and forgot it.
    """

    text_id: TextId | None
    corrected_at: Instant
    action_id: UUID
    by: Officer
