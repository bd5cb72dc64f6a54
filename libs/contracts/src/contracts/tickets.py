"""Facts about tickets, told by dispatch on `tickets`, and to the unit itself on `dispatch.<unit>`."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from contracts.base import Fact, Instant, Value
from contracts.complaints import Candidate
from contracts.ids import ComplaintId, MatterCode, PlaceCode, TicketId, UnitCode
from contracts.vocabulary import (
    Cause,
    Channel,
    Complexity,
    ContactMethod,
    DispatchRule,
    ProposalKind,
    QueueReason,
    ReporterKind,
    ReturnReason,
)

Officer = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9.-]{0,80}(/[A-Za-z0-9._-]{1,32})?$")]
"""Who did it: a principal, and behind the slash the number of one of its people (`unit.hrss/0412`), never a name."""

Participants = tuple[UnitCode, ...]
"""The units that take part in the ticket and are told on `dispatch.<unit>`: the lead, its delegates, assistants."""

Version = Annotated[int, Field(ge=1)]
"""The ticket's version after the fact, which counts its facts; absent from what was told before it was said."""


def _told_to(units: Participants) -> tuple[str, ...]:
    return ("tickets", *(f"dispatch.{unit}" for unit in dict.fromkeys(units)))


class TicketOpened(Fact, type="ticket.opened.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """A ticket was opened for a complaint (四(二)): one for each that is accepted.

    `candidates` are those of a complaint that its matter did not place, for the hand that may have to (rules 3.1).
    `repeats` is the complaint before it that says the same (rules 2.5).
    """

    ticket_id: TicketId
    complaint_id: ComplaintId
    channel: Channel
    reporter_kind: ReporterKind
    submitted_at: Instant
    opened_at: Instant
    matter_code: MatterCode | None = None
    place_code: PlaceCode | None = None
    repeats: ComplaintId | None = None
    candidates: tuple[Candidate, ...] = ()
    version: Version | None = None


class Ranked(Value):
    """The candidate by whose matter a ticket was dispatched, and the version of the model that ranked it."""

    candidate: Candidate
    model: int | None


class TicketDispatched(Fact, type="ticket.dispatched.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """A unit was named that must handle the ticket (派单, 四(二)); it stands on `dispatch.<unit>` too.

    `rule` matched under `directory_version`; `matched_place` is the place at which the owner or the centre was found.
    `by` is the principal that dispatched by hand, None when it was automatic. `again` says that the centre took the
    ticket from a unit that had accepted it (rules 3.2); `reason_id` is the text that says why, sealed with intake.
    `ranked` is what the rule `ranked-matter` went by: nobody said that matter.
    By the rule `successor` it took over from a unit that was dissolved. `former` are the units that lose it.
    """

    ticket_id: TicketId
    complaint_id: ComplaintId
    unit: UnitCode
    rule: DispatchRule
    directory_version: int
    dispatched_at: Instant
    matter_code: MatterCode | None = None
    place_code: PlaceCode | None = None
    matched_place: PlaceCode | None = None
    by: str | None = None
    again: bool = False
    reason_id: UUID | None = None
    former: Participants = ()
    ranked: Ranked | None = None
    version: Version | None = None

    @property
    def topics(self) -> tuple[str, ...]:
        """`tickets` for everyone who follows, `dispatch.<unit>` for the unit's own system and those that lose it."""
        return _told_to((self.unit, *self.former))


class TicketQueuedForManualDispatch(
    Fact, type="ticket.queued-for-manual-dispatch.v1", topic="tickets", producer="dispatch", key="ticket_id"
):
    """No rule named a unit: the centre finds out more and dispatches by hand (四(二)). Nobody has it meanwhile.

    `former` are the units that lose it, when theirs was dissolved and nobody takes over.
    """

    ticket_id: TicketId
    complaint_id: ComplaintId
    reason: QueueReason
    directory_version: int
    queued_at: Instant
    former: Participants = ()
    version: Version | None = None

    @property
    def topics(self) -> tuple[str, ...]:
        """`tickets`, and the topics of the units that lose it."""
        return _told_to(self.former)


class _Handled(Fact):
    """What happens to a ticket that some units have: they are told too."""

    ticket_id: TicketId
    complaint_id: ComplaintId
    told_to: Participants = ()
    version: Version | None = None

    @property
    def topics(self) -> tuple[str, ...]:
        """`tickets`, and the topics of the units that take part."""
        return _told_to(self.told_to)


class TicketAccepted(_Handled, type="ticket.accepted.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """The unit took the ticket (接单): clocks start. `deemed` when it did not by the close of its day (rules 3.3)."""

    unit: UnitCode
    complexity: Complexity
    accepted_at: Instant
    deemed: bool = False
    by: Officer | None = None


class TicketClassified(_Handled, type="ticket.classified.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """How long handling may take was decided anew, counted from the same acceptance (rules 3.4)."""

    unit: UnitCode
    complexity: Complexity
    previous: Complexity
    classified_at: Instant
    by: Officer
    confirmed_by: Officer | None = None
    reason_id: UUID | None = None


class ReporterContactAttempted(
    _Handled, type="contact.attempted.v1", topic="tickets", producer="dispatch", key="ticket_id"
):
    """The reporter was sought, and reached or not (rules 3.5); `note_id` is the sealed note of it."""

    contact_id: UUID
    unit: UnitCode
    method: ContactMethod
    reached: bool
    attempted_at: Instant
    by: Officer
    note_id: UUID | None = None


class TicketReturned(_Handled, type="ticket.returned.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """The unit gave the ticket back before it accepted it (退单, rules 3.2); `count` is how often that has happened."""

    unit: UnitCode
    reason: ReturnReason
    count: int
    returned_at: Instant
    by: Officer
    reason_id: UUID | None = None


class AssistAsked(_Handled, type="assist.asked.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """The lead asked another unit for a part of the work (协办, rules 3.6), due when it says."""

    assist_id: UUID
    lead: UnitCode
    unit: UnitCode
    question_id: UUID
    due_at: Instant
    asked_at: Instant
    by: Officer


class AssistAnswered(_Handled, type="assist.answered.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """The assisting unit answered."""

    assist_id: UUID
    lead: UnitCode
    unit: UnitCode
    answer_id: UUID
    answered_at: Instant
    by: Officer


class AssistWithdrawn(_Handled, type="assist.withdrawn.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """The lead does without the answer, with its reason (rules 3.6)."""

    assist_id: UUID
    lead: UnitCode
    unit: UnitCode
    reason_id: UUID
    withdrawn_at: Instant
    by: Officer


class TicketDelegated(_Handled, type="ticket.delegated.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """The work was passed to a unit below (向下派单): the same clock, the parent stays answerable (rules 3.6)."""

    unit: UnitCode
    to: UnitCode
    delegated_at: Instant
    by: Officer


class AssistLapsed(_Handled, type="assist.lapsed.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """An open assist ended without an answer: the unit that was asked, or the lead that asked, was dissolved."""

    assist_id: UUID
    lead: UnitCode
    unit: UnitCode
    directory_version: int
    lapsed_at: Instant


class DelegationLapsed(_Handled, type="delegation.lapsed.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """A unit that had the work by delegation was dissolved: it is back with the one above (rules 3.6).

    `lost` are the units whose part ended with it: its own, and of those to which it passed the work on.
    """

    unit: UnitCode
    back_to: UnitCode
    lost: Participants
    directory_version: int
    lapsed_at: Instant


class TicketTracked(_Handled, type="ticket.tracked.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """A truly hard ticket was explained to the reporter before its due, and is followed (跟踪服务, rules 3.8)."""

    unit: UnitCode
    explanation_id: UUID
    next_progress_at: Instant
    tracked_at: Instant
    by: Officer


class TicketProgressed(_Handled, type="ticket.progressed.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """What became of a tracked ticket since, and when there will be more (rules 3.8)."""

    unit: UnitCode
    note_id: UUID
    next_progress_at: Instant
    progressed_at: Instant
    by: Officer


class StepProposed(_Handled, type="step.proposed.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """One person wants a step that a second one of the unit must confirm (rules 2.3, 3.4)."""

    proposal_id: UUID
    kind: ProposalKind
    unit: UnitCode
    reason_id: UUID
    citation_id: UUID | None = None
    complexity: Complexity | None = None
    proposed_at: Instant
    by: Officer


class StepRejected(_Handled, type="step.rejected.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """The second person said no."""

    proposal_id: UUID
    kind: ProposalKind
    unit: UnitCode
    rejected_at: Instant
    by: Officer


class TicketDeclined(_Handled, type="ticket.declined.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """Out of scope (三, rules 2.3): explained, the document cited, confirmed by a second person.

    `sampled` says that the centre revisits it although it was declined.
    """

    unit: UnitCode
    explanation_id: UUID
    citation_id: UUID
    declined_at: Instant
    by: Officer
    confirmed_by: Officer
    sampled: bool = False


class TicketFinished(_Handled, type="ticket.finished.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """The reply is on record (办结回复, rules 3.7). `on_the_spot` if it was solved at once (rules 2.4)."""

    unit: UnitCode | None
    reply_id: UUID
    done_id: UUID | None
    cause: Cause
    finished_at: Instant
    by: Officer
    round: int = 1
    on_the_spot: bool = False


class TicketLinked(_Handled, type="ticket.linked.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """The ticket says again what an open one says: it goes on there, with the earliest clock (rules 2.5).

    `to_complaint_id` is that one's complaint. Found when it came, it is told to the units of that one.
    """

    to: TicketId
    linked_at: Instant
    by: Officer
    to_complaint_id: ComplaintId | None = None


class TicketWithdrawn(_Handled, type="ticket.withdrawn.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """The reporter took the complaint back."""

    withdrawn_at: Instant
    by: Officer
    reason_id: UUID | None = None


class ReopeningRequested(
    _Handled, type="reopening.requested.v1", topic="tickets", producer="dispatch", key="ticket_id"
):
    """After its close the reporter asked to open the ticket again (rules 2.5)."""

    requested_at: Instant
    by: Officer
    reason_id: UUID | None = None


class ReopeningRefused(_Handled, type="reopening.refused.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """The centre leaves the ticket closed, for a reason (rules 2.5)."""

    refused_at: Instant
    by: Officer
    reason_id: UUID


class TicketReopened(_Handled, type="ticket.reopened.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """The centre opened the ticket again, with the unit that had it; the first verdict stays (rules 2.5, 5.3)."""

    unit: UnitCode | None
    round: int
    reopened_at: Instant
    by: Officer


HandlingFact = (
    TicketAccepted
    | TicketClassified
    | ReporterContactAttempted
    | TicketReturned
    | AssistAsked
    | AssistAnswered
    | AssistWithdrawn
    | TicketDelegated
    | AssistLapsed
    | DelegationLapsed
    | TicketTracked
    | TicketProgressed
    | StepProposed
    | StepRejected
    | TicketDeclined
    | TicketFinished
    | TicketLinked
    | TicketWithdrawn
    | ReopeningRequested
    | ReopeningRefused
    | TicketReopened
)
"""What is done to a ticket after it was opened and sent where its route leads."""

TicketFact = TicketOpened | TicketDispatched | TicketQueuedForManualDispatch | HandlingFact
"""Everything that `evolve` understands."""
