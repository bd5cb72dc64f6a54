"""What becomes of a complaint that says again what one before it says: event time decides (rules 2.5)."""

from contracts.complaints import ComplaintRegistered
from contracts.vocabulary import Channel
from dispatch.domain.routing import Policy
from dispatch.domain.tickets import Earlier, GoesOn, SaidAgain, Ticket


def repeated(complaint: ComplaintRegistered, earlier: Ticket | None, policy: Policy) -> Earlier | None:
    """Whether the complaint goes on in the earlier ticket, asks to open that again, or neither.

    It goes on there when it was said before that one's close. What the city sends has clocks of its own, and what was
    solved on the spot needs nobody: these stay by themselves.
    """
    if earlier is None or complaint.channel == Channel.CITY_EXIT or complaint.solved_cause:
        return None
    closed_at = earlier.closed_at
    if closed_at is None or complaint.submitted_at < closed_at:
        return GoesOn(earlier)
    return SaidAgain(earlier) if complaint.submitted_at <= closed_at + policy.said_again else None
