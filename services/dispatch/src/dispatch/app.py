"""The service: opens a ticket for each complaint and names its owner."""

from datetime import timedelta
from pathlib import Path

from chassis.service import Service
from dispatch import api, consumers, jobs
from dispatch.domain import Policy
from dispatch.settings import DispatchSettings
from dispatch.usecases import Kit


def build_kit(settings: DispatchSettings) -> Kit:
    """Dispatch's equipment."""
    return Kit(
        Policy(
            nearest_known_place=settings.nearest_known_place,
            ranked_above=settings.ranked_above,
            said_again=timedelta(days=settings.said_again_days),
            declined_sample_percent=settings.declined_sample_percent,
        )
    )


service = Service(
    name="dispatch",
    settings=DispatchSettings,
    migrations=Path(__file__).parents[2] / "migrations",
    kit=build_kit,
    api=(api.router,),
    consumers=(consumers.complaints, consumers.clocks, consumers.actions),
    jobs=(jobs.effective, jobs.dissolved),
)
