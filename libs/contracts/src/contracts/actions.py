"""What may be done to a ticket, by HTTP and by `actions.<unit>` alike, and how a unit's system is answered.

An action names texts by the ids under which intake keeps them sealed: neither a reply nor a name travels (rules 7).
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from contracts.base import Fact, Instant
from contracts.ids import ComplaintId, TicketId, UnitCode
from contracts.vocabulary import Cause, Complexity, ContactMethod, ReturnReason, TicketState

OfficerNumber = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,32}$")]
"""The number by which a unit knows one of its people; never a name (rules 7)."""


class Said(BaseModel):
    """What an officer says over HTTP. `action_id` is the sender's own: said again, it is answered again."""

    model_config = ConfigDict(extra="forbid")

    action_id: UUID
    officer: OfficerNumber


class _Act(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Accept(_Act):
    """接单 (rules 3.3); `complexity` may be decided with it."""

    action: Literal["accept"] = "accept"
    complexity: Complexity | None = None


class DeemAccepted(_Act):
    """It was not accepted by the close of its day: accepted at that instant (rules 3.3)."""

    action: Literal["deem-accepted"] = "deem-accepted"
    effective_at: AwareDatetime


class Classify(_Act):
    """Decide how long handling may take (rules 3.4); longer ones need a reason and a second person."""

    action: Literal["classify"] = "classify"
    complexity: Complexity
    reason_id: UUID | None = None


class Contact(_Act):
    """Record that the reporter was sought (rules 3.5)."""

    action: Literal["contact"] = "contact"
    method: ContactMethod
    reached: bool
    attempted_at: AwareDatetime
    note_id: UUID | None = None


class Return(_Act):
    """退单: give the ticket back before it is accepted (rules 3.2)."""

    action: Literal["return"] = "return"
    reason: ReturnReason
    reason_id: UUID | None = None


class AskAssist(_Act):
    """协办: ask another unit for a part of the work (rules 3.6); the action's id becomes the assist's."""

    action: Literal["ask-assist"] = "ask-assist"
    unit: UnitCode
    question_id: UUID
    due_at: AwareDatetime


class AnswerAssist(_Act):
    """Answer what was asked; late, too."""

    action: Literal["answer-assist"] = "answer-assist"
    assist_id: UUID
    answer_id: UUID


class WithdrawAssist(_Act):
    """Do without the answer, for a reason."""

    action: Literal["withdraw-assist"] = "withdraw-assist"
    assist_id: UUID
    reason_id: UUID


class Delegate(_Act):
    """向下派单: pass the work to a unit below (rules 3.6)."""

    action: Literal["delegate"] = "delegate"
    to: UnitCode


class DispatchAgain(_Act):
    """Name another unit for an accepted ticket: the centre alone may (rules 3.2)."""

    action: Literal["dispatch-again"] = "dispatch-again"
    unit: UnitCode
    reason_id: UUID


class Track(_Act):
    """跟踪服务: explain a truly hard ticket to the reporter before its due (rules 3.8)."""

    action: Literal["track"] = "track"
    explanation_id: UUID
    next_progress_at: AwareDatetime


class Progress(_Act):
    """Say what became of a tracked ticket."""

    action: Literal["progress"] = "progress"
    note_id: UUID
    next_progress_at: AwareDatetime


class Finish(_Act):
    """办结回复: the reply that was given, what was done, and the cause (rules 3.7)."""

    action: Literal["finish"] = "finish"
    reply_id: UUID
    done_id: UUID
    cause: Cause


class Decline(_Act):
    """Out of scope (三, rules 2.3): explained to the reporter, the document cited; a second person confirms."""

    action: Literal["decline"] = "decline"
    explanation_id: UUID
    citation_id: UUID


class Confirm(_Act):
    """Confirm, as a second person, what the first one proposed."""

    action: Literal["confirm"] = "confirm"
    proposal_id: UUID


class Reject(_Act):
    """Say no to a proposal, or take it back."""

    action: Literal["reject"] = "reject"
    proposal_id: UUID


class Link(_Act):
    """Let it go on in the open ticket that already says it (rules 2.5)."""

    action: Literal["link"] = "link"
    to: TicketId


class Withdraw(_Act):
    """The reporter takes the complaint back."""

    action: Literal["withdraw"] = "withdraw"
    reason_id: UUID | None = None


class RequestReopening(_Act):
    """The reporter asks to open a closed ticket again (rules 2.5)."""

    action: Literal["request-reopening"] = "request-reopening"
    reason_id: UUID | None = None


class RefuseReopening(_Act):
    """Leave it closed, for a reason that the reporter is told."""

    action: Literal["refuse-reopening"] = "refuse-reopening"
    reason_id: UUID


class Reopen(_Act):
    """Open a closed ticket again, with the unit that had it."""

    action: Literal["reopen"] = "reopen"


Act = (
    Accept
    | DeemAccepted
    | Classify
    | Contact
    | Return
    | AskAssist
    | AnswerAssist
    | WithdrawAssist
    | Delegate
    | DispatchAgain
    | Track
    | Progress
    | Finish
    | Decline
    | Confirm
    | Reject
    | Link
    | Withdraw
    | RequestReopening
    | RefuseReopening
    | Reopen
)


class Requested(_Act):
    """An action on a ticket, over HTTP.

    `action_id` is the sender's own: said again, it is answered again. `version` is the ticket's on which it was
    decided; an action on an older one is refused. `officer` is who decided it.
    """

    action_id: UUID
    officer: OfficerNumber
    version: Annotated[int | None, Field(ge=1)] = None
    do: Annotated[Act, Field(discriminator="action")]


class RequestedOnTopic(Requested):
    """An action as a unit's own system writes it to `actions.<unit>`, keyed by the ticket's id."""

    ticket_id: TicketId


class ActionApplied(Fact, type="action.applied.v1", topic="dispatch.{unit}", producer="dispatch", key="ticket_id"):
    """An action of a unit's own system was carried out, or had been already; the ticket's version after it."""

    action_id: UUID
    ticket_id: TicketId
    unit: UnitCode
    action: str
    version: int
    state: TicketState
    applied_at: Instant
    complaint_id: ComplaintId | None = None

    @property
    def topics(self) -> tuple[str, ...]:
        """The unit's own topic."""
        return (f"dispatch.{self.unit}",)


class ActionRefused(Fact, type="action.refused.v1", topic="dispatch.{unit}", producer="dispatch", key="ticket_id"):
    """An action was refused: nothing happened. `version` and `state` are the ticket's now, for who may see it."""

    action_id: UUID
    ticket_id: TicketId
    unit: UnitCode
    action: str
    code: str
    refused_at: Instant
    version: int | None = None
    state: TicketState | None = None

    @property
    def topics(self) -> tuple[str, ...]:
        """The unit's own topic."""
        return (f"dispatch.{self.unit}",)
