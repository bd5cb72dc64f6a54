"""What a clock starts: lights that turn, the calendar's first rows, and the alarm when next year's are missing."""

from datetime import timedelta

from chassis.jobs import Job
from contracts import topics
from sla_monitor import usecases

seed = Job("calendar-seed", timedelta(minutes=1), usecases.seed)
"""Fills the calendar once, when the service starts for the first time; an idle tick is one statement."""

alarm = Job("calendar-alarm", timedelta(minutes=10), usecases.alarm)
"""From 15 November on, until the notice for next year is imported (rules 4.4)."""

sweep = Job("sweep", timedelta(milliseconds=100), usecases.sweep, follows=topics.TICKETS.name)
"""A light is told soon after it turned, once what tickets said by then was heard; an idle tick looks at one end of an
index."""
