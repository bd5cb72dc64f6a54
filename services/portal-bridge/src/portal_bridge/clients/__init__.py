"""Third parties: the city's platform, intake, and the channel by which complaints go there."""

from portal_bridge.clients.channel import Channel
from portal_bridge.clients.city import City, Page
from portal_bridge.clients.intake import Intake
from portal_bridge.clients.reaching import NotReached
from portal_bridge.clients.replies import Outcome, Replies

__all__ = ["Channel", "City", "Intake", "NotReached", "Outcome", "Page", "Replies"]
