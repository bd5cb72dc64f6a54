"""The service: keeps the calendar and every ticket's clocks, and tells what turns red."""

from datetime import timedelta
from pathlib import Path

from chassis.service import Service
from sla_monitor import api, clients, consumers, jobs
from sla_monitor.domain import Hours, Policy
from sla_monitor.settings import SlaMonitorSettings
from sla_monitor.usecases import Kit, Newest


def build_kit(settings: SlaMonitorSettings) -> Kit:
    """The service's equipment."""
    policy = _policy(settings)
    return Kit(policy, Newest(policy), clients.Log(settings.dispatch_url, settings.dispatch_key.get_secret_value()))


def _policy(settings: SlaMonitorSettings) -> Policy:
    return Policy(
        version=settings.policy_version,
        hours=Hours(settings.opens, settings.closes),
        attempts=settings.contact_attempts,
        ahead=timedelta(seconds=settings.future_tolerance_seconds),
    )


service = Service(
    name="sla-monitor",
    settings=SlaMonitorSettings,
    migrations=Path(__file__).parents[2] / "migrations",
    kit=build_kit,
    api=(api.router,),
    consumers=(consumers.tickets,),
    jobs=(jobs.seed, jobs.alarm, jobs.sweep),
)
