"""The service: has every reporter asked again after the reply, and says what does not agree."""

from datetime import timedelta
from pathlib import Path

from chassis.gaps import Log
from chassis.service import Service
from contracts.topics import TICKETS
from revisit import api, consumers, jobs
from revisit.domain import Bar, Hours, Policy
from revisit.settings import RevisitSettings
from revisit.usecases import Kit


def build_kit(settings: RevisitSettings) -> Kit:
    """The service's equipment."""
    return Kit(
        Policy(
            version=settings.policy_version,
            unit_days=settings.unit_days,
            centre_days=settings.centre_days,
            sample_percent=settings.sample_percent,
            attempts=settings.attempts,
            rating_days=settings.rating_days,
            second_days=settings.second_days,
            word_days=settings.word_days,
            round_at_most=timedelta(days=settings.round_days_at_most),
            hours=Hours(settings.opens, settings.closes),
        ),
        Log(TICKETS.name, settings.dispatch_url, settings.dispatch_key.get_secret_value()),
        Bar(
            version=settings.policy_version,
            finishes=settings.blockage_finishes,
            days=settings.blockage_days,
            months=settings.watch_months,
        ),
    )


service = Service(
    name="revisit",
    settings=RevisitSettings,
    migrations=Path(__file__).parents[2] / "migrations",
    kit=build_kit,
    api=(api.router,),
    consumers=(consumers.tickets, consumers.complaints, consumers.directory, consumers.calendar),
    jobs=(jobs.dissolved,),
    errands=(jobs.recount,),
)
