"""The rules of portal-bridge: what the city may send, and what becomes of it."""

from portal_bridge.domain.complaint import complaint
from portal_bridge.domain.feedback import Decision, Feedback, decide, decided, entered, received
from portal_bridge.domain.following import Course, Linked, Reopened, Step, concerned, follow, leads
from portal_bridge.domain.form import CityAttachment, CityFeedback, CityReporter, digest, key_of, read, written
from portal_bridge.domain.judging import Becoming, admit, becoming, is_credit_code
from portal_bridge.domain.ledger import Again, Difference, Discord, Entry, Passed, compare
from portal_bridge.domain.policy import Policy
from portal_bridge.domain.replies import (
    STUCK,
    TEXT_UNKNOWN,
    Addressee,
    Fate,
    Letter,
    Reply,
    Saying,
    Standing,
    body,
    fate,
)

__all__ = [
    "STUCK",
    "TEXT_UNKNOWN",
    "Addressee",
    "Again",
    "Becoming",
    "CityAttachment",
    "CityFeedback",
    "CityReporter",
    "Course",
    "Decision",
    "Difference",
    "Discord",
    "Entry",
    "Fate",
    "Feedback",
    "Letter",
    "Linked",
    "Passed",
    "Policy",
    "Reopened",
    "Reply",
    "Saying",
    "Standing",
    "Step",
    "admit",
    "becoming",
    "body",
    "compare",
    "complaint",
    "concerned",
    "decide",
    "decided",
    "digest",
    "entered",
    "fate",
    "follow",
    "is_credit_code",
    "key_of",
    "leads",
    "read",
    "received",
    "written",
]
