"""Third parties: the city's platform, intake, and the channel by which complaints go there."""

from portal_bridge.clients.channel import Channel
from portal_bridge.clients.city import City, Page
from portal_bridge.clients.intake import Intake, NotReached

__all__ = ["Channel", "City", "Intake", "NotReached", "Page"]
