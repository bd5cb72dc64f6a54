"""Facts about tickets, told by dispatch on `tickets`, and to the unit itself on `dispatch.<unit>`."""

from contracts.base import Fact, Instant
from contracts.ids import ComplaintId, MatterCode, PlaceCode, TicketId, UnitCode
from contracts.vocabulary import Channel, DispatchRule, QueueReason, ReporterKind


class TicketOpened(Fact, type="ticket.opened.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """A ticket was opened for a complaint (四(二)): one for each that is accepted."""

    ticket_id: TicketId
    complaint_id: ComplaintId
    channel: Channel
    reporter_kind: ReporterKind
    submitted_at: Instant
    opened_at: Instant
    matter_code: MatterCode | None = None
    place_code: PlaceCode | None = None


class TicketDispatched(Fact, type="ticket.dispatched.v1", topic="tickets", producer="dispatch", key="ticket_id"):
    """A unit was named that must handle the ticket (派单, 四(二)); it stands on `dispatch.<unit>` too.

    `rule` matched under `directory_version`; `matched_place` is the place at which the owner or the centre was found.
    `by` is the principal that dispatched by hand, None when it was automatic.
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

    @property
    def topics(self) -> tuple[str, ...]:
        """`tickets` for everyone who follows, `dispatch.<unit>` for the unit's own system."""
        return (self.TOPIC, f"dispatch.{self.unit}")


class TicketQueuedForManualDispatch(
    Fact, type="ticket.queued-for-manual-dispatch.v1", topic="tickets", producer="dispatch", key="ticket_id"
):
    """No rule named a unit: the centre finds out more and dispatches by hand (四(二))."""

    ticket_id: TicketId
    complaint_id: ComplaintId
    reason: QueueReason
    directory_version: int
    queued_at: Instant


TicketFact = TicketOpened | TicketDispatched | TicketQueuedForManualDispatch
