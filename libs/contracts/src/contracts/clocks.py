"""Facts about clocks, told by sla-monitor on `clocks`, and what is red or overdue on the compacted topic `alerts`.

Instants are two: when something became true by the deadline (`effective_at`), and when it was noticed (`noticed_at`).
"""

from typing import Annotated

from pydantic import StringConstraints

from contracts.base import Fact, Instant, Value
from contracts.ids import ComplaintId, TicketId, UnitCode
from contracts.vocabulary import ChangeCause, ClockKind, Light, Verdict

ClockRef = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{1,36}$")]
"""Which clock of its kind: 1, 2, 3 … in the order in which they started, or the id of the assist, the revisit or the
round of supervision that it belongs to."""

TermName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z.-]{0,40}$")]
"""By which term it is due: `handle.general`, `contact`, `city.hard`; None where its due was set with it."""


class _Clock(Fact):
    """What every fact about a clock says: which one, who is answerable, and by which policy and calendar it counts."""

    ticket_id: TicketId
    complaint_id: ComplaintId
    clock: ClockKind
    ref: ClockRef
    unit: UnitCode | None
    due_at: Instant
    policy: int
    calendar: int
    noticed_at: Instant


class ClockStarted(_Clock, type="clock.started.v1", topic="clocks", producer="sla-monitor", key="ticket_id"):
    """A clock began to run; born yellow or overdue if it already was (rules 4.1).

    `provisional` while a date between start and due has no notice (rules 4.4).
    """

    started_at: Instant
    yellow_at: Instant | None
    light: Light
    term: TermName | None
    provisional: bool


class ClockMoved(_Clock, type="clock.moved.v1", topic="clocks", producer="sla-monitor", key="ticket_id"):
    """An open clock has another due instant, or another unit is answerable for it (`redispatched`).

    It counts from the same start, but for a ticket in which an earlier one goes on: then from that one's (rules 2.5).
    """

    started_at: Instant
    effective_at: Instant
    cause: ChangeCause
    previous_due_at: Instant
    yellow_at: Instant | None
    term: TermName | None
    provisional: bool


class ClockTurned(_Clock, type="clock.turned.v1", topic="clocks", producer="sla-monitor", key="ticket_id"):
    """A clock shows another light (rules 4.2). By the cause `corrected`, what was told for that instant is not true."""

    light: Light
    previous: Light
    effective_at: Instant
    cause: ChangeCause


class ClockStopped(_Clock, type="clock.stopped.v1", topic="clocks", producer="sla-monitor", key="ticket_id"):
    """A clock ended; its verdict is final, by the due instant that holds now (rules 4.3).

    `late_on_record` says that it was red or overdue at some time, whatever the verdict is (rules 3.4).
    """

    stopped_at: Instant
    light: Light
    verdict: Verdict
    late_on_record: bool


class Alert(Value):
    """A clock that is red or overdue, since when."""

    clock: ClockKind
    ref: ClockRef
    unit: UnitCode | None
    light: Light
    due_at: Instant


class TicketAlerted(Fact, type="ticket.alerted.v1", topic="alerts", producer="sla-monitor", key="ticket_id"):
    """What of a ticket is red or overdue now: `open` is all of it, so the newest of a ticket is the whole truth.

    `changed` is the clock by which it differs from the one before, and how: it turned red, was corrected, moved or
    ended (then `light` is what it showed last, and `ended` is true).
    """

    ticket_id: TicketId
    complaint_id: ComplaintId
    open: tuple[Alert, ...]
    changed: Alert
    cause: ChangeCause
    ended: bool
    effective_at: Instant
    noticed_at: Instant


ClockFact = ClockStarted | ClockMoved | ClockTurned | ClockStopped
"""Everything that is told of clocks on `clocks`."""
