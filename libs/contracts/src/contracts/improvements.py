"""Facts told by revisit on `improvements`: what is done about a blockage 堵点, and whether it comes back (rules 5.5).

A blockage is a matter and a cause. What is said of it are codes, numbers and dates: words are in the documents.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.base import Fact, Instant
from contracts.ids import MatterCode, TicketId, UnitCode
from contracts.revisits import CircularNumber
from contracts.tickets import Officer
from contracts.vocabulary import Cause, DismissalReason, ImprovementResult, Measure

DocumentNumber = CircularNumber
"""文号 of the document in which a measure or a result is put into words."""


class _OfBlockage(Fact):
    """Which improvement it is, and of which blockage."""

    improvement_id: UUID
    matter_code: MatterCode
    cause: Cause


class _Done(_OfBlockage):
    """Somebody did it, and says it under an id of their own."""

    action_id: UUID
    by: Officer


class ImprovementProposed(
    _OfBlockage, type="improvement.proposed.v1", topic="improvements", producer="revisit", key="improvement_id"
):
    """So many tickets of one matter were finished with one cause that something has to be improved (流程优化, 四(五)).

    From `first` to `last`, both dates in Shanghai and both counted, there were `finishes`; that of the ticket
    `tipped_by`, at `finished_at`, made them enough. `number` counts the blockage's improvements.
    """

    number: Annotated[int, Field(ge=1)]
    first: date
    last: date
    finishes: Annotated[int, Field(ge=1)]
    tipped_by: TicketId
    finished_at: Instant
    proposed_at: Instant
    policy: int


class ImprovementOwned(
    _Done, type="improvement.owned.v1", topic="improvements", producer="revisit", key="improvement_id"
):
    """A unit answers for it, the centre where none does; another one may be named later."""

    unit: UnitCode | None
    owned_at: Instant


class ImprovementMeasured(
    _Done, type="improvement.measured.v1", topic="improvements", producer="revisit", key="improvement_id"
):
    """It was decided what is done; another measure may be decided later."""

    unit: UnitCode | None
    measure: Measure
    document_number: DocumentNumber | None
    measured_at: Instant


class ImprovementCompleted(
    _Done, type="improvement.completed.v1", topic="improvements", producer="revisit", key="improvement_id"
):
    """The measure was carried out, with this result. It is watched until `watched_until`: does it come back?"""

    unit: UnitCode | None
    result: ImprovementResult
    document_number: DocumentNumber | None
    completed_at: Instant
    watched_until: Instant


class ImprovementReturned(
    _OfBlockage, type="improvement.returned.v1", topic="improvements", producer="revisit", key="improvement_id"
):
    """It came back: the ticket `returned_by` was finished for the same cause while it was watched (rules 5.5).

    `unit` still answers for it, and decides what is done now.
    """

    unit: UnitCode | None
    returned_by: TicketId
    finished_at: Instant
    returned_at: Instant


class ImprovementDismissed(
    _Done, type="improvement.dismissed.v1", topic="improvements", producer="revisit", key="improvement_id"
):
    """Nothing is improved, and why."""

    reason: DismissalReason
    dismissed_at: Instant


ImprovementFact = (
    ImprovementProposed
    | ImprovementOwned
    | ImprovementMeasured
    | ImprovementCompleted
    | ImprovementReturned
    | ImprovementDismissed
)
