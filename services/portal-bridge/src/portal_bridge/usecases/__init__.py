"""What portal-bridge does: takes in what the city sends, lets the centre decide, and hands complaints on."""

from portal_bridge.usecases import centre, handing, pulling, replying
from portal_bridge.usecases.kit import Gate, Kit
from portal_bridge.usecases.taking import Answer, Said, answers_of, take

__all__ = ["Answer", "Gate", "Kit", "Said", "answers_of", "centre", "handing", "pulling", "replying", "take"]
