"""For tests: a service in process on the real servers, at an hour that the test chooses, and hands on the bus."""

from chassis.testing.bus import Bus, Raw
from chassis.testing.harness import Harness
from chassis.testing.patience import PATIENCE_S, until
from chassis.testing.receiver import DROP, Call, Receiver
from chassis.testing.servers import Servers

__all__ = ["DROP", "PATIENCE_S", "Bus", "Call", "Harness", "Raw", "Receiver", "Servers", "until"]
