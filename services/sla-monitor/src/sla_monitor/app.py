"""The service: keeps the calendar and says when what is due."""

from pathlib import Path

from chassis.service import Service
from sla_monitor import api, jobs
from sla_monitor.domain import Hours
from sla_monitor.settings import SlaMonitorSettings
from sla_monitor.usecases import Kit


def build_kit(settings: SlaMonitorSettings) -> Kit:
    """The service's equipment."""
    return Kit(Hours(settings.opens, settings.closes))


service = Service(
    name="sla-monitor",
    settings=SlaMonitorSettings,
    migrations=Path(__file__).parents[2] / "migrations",
    kit=build_kit,
    api=(api.router,),
    jobs=(jobs.seed, jobs.alarm),
)
