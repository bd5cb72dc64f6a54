"""Facts about complaints, told by intake on `complaints`: ids, codes and times, nothing that a person said."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.base import Fact, Instant, Value
from contracts.ids import ComplaintId, MatterCode, PlaceCode, PrincipalName, TextId, TicketId, UnitCode
from contracts.vocabulary import Cause, Channel, ReporterKind, TextKind


class Candidate(Value):
    """What a complaint may be about, ranked from its text, of which it holds no word (rules 3.1, 7).

    `score` is between 0 and 1. `certain` says that it is above the threshold whose precision was measured, where the
    policy has one.
    """

    matter: MatterCode | None = None
    unit: UnitCode | None = None
    score: float
    certain: bool = False


class ComplaintRegistered(
    Fact, type="complaint.registered.v1", topic="complaints", producer="intake", key="complaint_id"
):
    """A complaint was registered, once per channel and source id (四(一), rules 2.1–2.2).

    `submitted_at` is when the reporter said it (for `city-exit`: when the city received it), `registered_at` when it
    was entered here (rules 2.7). `matter_code` and `place_code` are normalised; None where nothing of a usable form was
    given. One that was solved on the spot (rules 2.4) says the cause, and the id of the reply that was given.
    `candidates` are what one without a usable matter may be about, the likeliest first; `ranked_by` is the version
    of the model that ranked them, None where only names did. `repeats` is the one before it of the same reporter about
    the same matter at the same place, known by blind indexes that stay with intake (rules 2.5).
    """

    complaint_id: ComplaintId
    channel: Channel
    reporter_kind: ReporterKind
    submitted_at: Instant
    registered_at: Instant
    matter_code: MatterCode | None = None
    place_code: PlaceCode | None = None
    solved_cause: Cause | None = None
    solved_text_id: TextId | None = None
    candidates: tuple[Candidate, ...] = ()
    repeats: ComplaintId | None = None
    ranked_by: int | None = None


class ComplaintLinked(Fact, type="complaint.linked.v1", topic="complaints", producer="intake", key="complaint_id"):
    """A complaint goes on in the ticket of another one that says the same, as dispatch decided (rules 2.5)."""

    complaint_id: ComplaintId
    to_complaint_id: ComplaintId
    linked_at: Instant


class ComplaintTextWritten(
    Fact, type="complaint.text-written.v1", topic="complaints", producer="intake", key="complaint_id"
):
    """Something was written about a complaint after it came: a reason, a reply, a note (rules 7).

    What it says is sealed with intake, which is asked for it by `text_id`. `author` is the principal that sent it.
    """

    complaint_id: ComplaintId
    text_id: TextId
    kind: TextKind
    author: PrincipalName
    written_at: Instant


class ComplaintRated(Fact, type="complaint.rated.v1", topic="complaints", producer="intake", key="complaint_id"):
    """The reporter's own word after the reply, said by receipt and secret, once a finish (rules 5.2).

    It is about the close of `ticket_id` at `closed_at`. One tap says that it is not `solved`, without a rating.
    """

    complaint_id: ComplaintId
    ticket_id: TicketId
    word_id: UUID
    closed_at: Instant
    rating: Annotated[int, Field(ge=1, le=5)] | None
    solved: bool
    rated_at: Instant


ComplaintFact = ComplaintRegistered | ComplaintLinked | ComplaintTextWritten | ComplaintRated
