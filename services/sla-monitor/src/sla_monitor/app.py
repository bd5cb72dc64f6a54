"""The service: keeps the calendar and every ticket's clocks, and tells what turns red, on topics and to people."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from chassis.gaps import Log
from chassis.service import Service
from contracts.topics import REVISITS, TICKETS
from sla_monitor import api, consumers, jobs
from sla_monitor.clients import Outside
from sla_monitor.domain import Hours, Policy, Telling, key_of
from sla_monitor.settings import SlaMonitorSettings
from sla_monitor.usecases import Kit, Newest


def build_kit(settings: SlaMonitorSettings) -> Kit:
    """The service's equipment."""
    policy = _policy(settings)
    return Kit(policy, Newest(policy), _logs(settings), _outside(settings))


def _policy(settings: SlaMonitorSettings) -> Policy:
    return Policy(
        version=settings.policy_version,
        hours=Hours(settings.opens, settings.closes),
        attempts=settings.contact_attempts,
        ahead=timedelta(seconds=settings.future_tolerance_seconds),
        telling=Telling(pause=timedelta(minutes=settings.alerts_pause), silence=timedelta(days=settings.silence_days)),
    )


def _logs(settings: SlaMonitorSettings) -> Mapping[str, Log]:
    """The owner's log of each topic that is followed."""
    dispatch = Log(TICKETS.name, settings.dispatch_url, settings.dispatch_key.get_secret_value())
    revisit = Log(REVISITS.name, settings.revisit_url, settings.revisit_key.get_secret_value())
    return {TICKETS.name: dispatch, REVISITS.name: revisit}


def _outside(settings: SlaMonitorSettings) -> Outside:
    keys = {name: key_of(secret.get_secret_value()) for name, secret in settings.webhook_keys.items()}
    return Outside(keys, settings.sms_url, settings.sms_key, settings.send_seconds)


service = Service(
    name="sla-monitor",
    settings=SlaMonitorSettings,
    migrations=Path(__file__).parents[2] / "migrations",
    kit=build_kit,
    api=(api.router,),
    consumers=(consumers.tickets, consumers.revisits),
    jobs=(jobs.seed, jobs.alarm, jobs.sweep, jobs.amend, jobs.gather, jobs.count),
    errands=(jobs.send,),
)
