"""What a clock starts: directories whose time has come, and tickets that must leave units that are gone."""

from datetime import timedelta

from chassis.jobs import Job
from dispatch import usecases

effective = Job("directory-effective", timedelta(seconds=20), usecases.enact_due)
"""Confirmed proposals become versions at their time."""

dissolved = Job("dissolved-units", timedelta(seconds=1), usecases.rehome)
"""A thousand tickets a tick, so ten thousand of a large unit are elsewhere after ten seconds; an idle tick is cheap."""
