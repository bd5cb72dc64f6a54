"""The service: keeps the calendar and every ticket's clocks, and tells what turns red."""

from pathlib import Path

from chassis.service import Service
from sla_monitor import api, consumers, jobs
from sla_monitor.domain import Hours, Policy
from sla_monitor.settings import SlaMonitorSettings
from sla_monitor.usecases import Kit, Newest


def build_kit(settings: SlaMonitorSettings) -> Kit:
    """The service's equipment."""
    policy = Policy(settings.policy_version, Hours(settings.opens, settings.closes), settings.contact_attempts)
    return Kit(policy, Newest(policy))


service = Service(
    name="sla-monitor",
    settings=SlaMonitorSettings,
    migrations=Path(__file__).parents[2] / "migrations",
    kit=build_kit,
    api=(api.router,),
    consumers=(consumers.tickets,),
    jobs=(jobs.seed, jobs.alarm, jobs.sweep),
)
