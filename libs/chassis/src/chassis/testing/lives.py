"""What dispatch tells of a ticket, for the tests of those who follow it; November 2026, by the clocks of Shanghai."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from contracts import tickets
from contracts.vocabulary import Cause, Channel, Complexity, ContactMethod, DispatchRule, ReporterKind

TICKET, COMPLAINT, OTHER = (UUID(int=number) for number in (1, 2, 3))
SAID: dict[str, Any] = {"ticket_id": TICKET, "complaint_id": COMPLAINT}
BY = "unit.hrss/0412"


def at(said: str) -> datetime:
    """An instant of Shanghai in November 2026, a month without holidays: `25 10:00` is a Wednesday."""
    return datetime.fromisoformat(f"2026-11-{said}:00+08:00").astimezone(UTC)


def opened(channel: Channel = Channel.WINDOW, submitted: str = "24 09:00") -> tickets.TicketOpened:
    """A ticket was opened."""
    return tickets.TicketOpened(
        **SAID, channel=channel, reporter_kind=ReporterKind.CITIZEN, submitted_at=at(submitted), opened_at=at(submitted)
    )


def dispatched(when: str = "24 10:00", unit: str = "hrss", **said: Any) -> tickets.TicketDispatched:
    """A unit was named."""
    return tickets.TicketDispatched(
        **SAID, unit=unit, rule=DispatchRule.MATTER_OWNER, directory_version=1, dispatched_at=at(when), **said
    )


def accepted(
    when: str = "25 10:00", complexity: Complexity = Complexity.GENERAL, **said: Any
) -> tickets.TicketAccepted:
    """The unit took it."""
    return tickets.TicketAccepted(
        **SAID, unit=said.pop("unit", "hrss"), complexity=complexity, accepted_at=at(when), **said
    )


def classified(when: str, complexity: Complexity, previous: Complexity) -> tickets.TicketClassified:
    """Another complexity was decided."""
    return tickets.TicketClassified(
        **SAID, unit="hrss", complexity=complexity, previous=previous, classified_at=at(when), by=BY
    )


def contacted(when: str, *, reached: bool) -> tickets.ReporterContactAttempted:
    """The reporter was sought."""
    return tickets.ReporterContactAttempted(
        **SAID,
        contact_id=UUID(int=9),
        unit="hrss",
        method=ContactMethod.PHONE,
        reached=reached,
        attempted_at=at(when),
        by=BY,
    )


def finished(when: str) -> tickets.TicketFinished:
    """The reply is on record."""
    return tickets.TicketFinished(
        **SAID, unit="hrss", reply_id=COMPLAINT, done_id=COMPLAINT, cause=Cause.OTHER, finished_at=at(when), by=BY
    )


def tracked(when: str, progress: str) -> tickets.TicketTracked:
    """It was explained, and is followed."""
    return tickets.TicketTracked(
        **SAID,
        unit="hrss",
        explanation_id=COMPLAINT,
        next_progress_at=at(progress),
        tracked_at=at(when),
        by=BY,
    )


def assist(when: str, due: str) -> tickets.AssistAsked:
    """Another unit was asked for a part."""
    return tickets.AssistAsked(
        **SAID,
        assist_id=OTHER,
        lead="hrss",
        unit="tax",
        question_id=COMPLAINT,
        due_at=at(due),
        asked_at=at(when),
        by=BY,
    )
