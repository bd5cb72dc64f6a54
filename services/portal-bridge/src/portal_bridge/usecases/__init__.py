"""What portal-bridge does: takes in what the city sends, lets the centre decide, and hands complaints on."""

from portal_bridge.clients import NotReached
from portal_bridge.usecases import centre, comparing, handing, pulling, replying
from portal_bridge.usecases.kit import Gate, Kit
from portal_bridge.usecases.taking import Answer, Said, answers_of, take

__all__ = [
    "Answer",
    "Gate",
    "Kit",
    "NotReached",
    "Said",
    "answers_of",
    "centre",
    "comparing",
    "handing",
    "pulling",
    "replying",
    "take",
]
