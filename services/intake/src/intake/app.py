"""The service: registers every complaint once, whatever channel it came by."""

from datetime import timedelta
from pathlib import Path

from chassis.service import Service
from chassis.vault import Vault
from intake import api, consumers
from intake.domain import Policy
from intake.settings import IntakeSettings
from intake.usecases import Kit


def build_kit(settings: IntakeSettings) -> Kit:
    """Intake's equipment. Raises UnusableSettings without a vault's keys."""
    return Kit(Vault.from_settings(settings), _policy(settings), settings.ranking_certain_precision)


def _policy(settings: IntakeSettings) -> Policy:
    """The policy; a body may be as large on a topic as over HTTP."""
    return Policy(
        future_tolerance=timedelta(seconds=settings.future_tolerance_seconds),
        longest_subject=settings.longest_subject,
        longest_text=settings.longest_text,
        most_attachments=settings.most_attachments,
        largest_bytes=settings.http_max_bytes,
        near=timedelta(days=settings.near_days),
        word_days=settings.word_days,
    )


service = Service(
    name="intake",
    settings=IntakeSettings,
    migrations=Path(__file__).parents[2] / "migrations",
    kit=build_kit,
    api=(api.router,),
    consumers=(consumers.channels, consumers.tickets, consumers.directory),
)
