"""What a clock starts: lights turn, a notice moves clocks, people are told; the calendar is filled, and asked for."""

from datetime import timedelta

from chassis.errands import Errand
from chassis.jobs import Job
from contracts import topics
from sla_monitor import usecases

_FOLLOWED = (topics.TICKETS.name, topics.REVISITS.name)
"""Time passes for every clock as far as both were heard."""

seed = Job("calendar-seed", timedelta(minutes=1), usecases.seed)
"""Fills the calendar once, when the service starts for the first time; an idle tick is one statement."""

alarm = Job("calendar-alarm", timedelta(minutes=10), usecases.alarm)
"""From 15 November on, until the notice for next year is imported (rules 4.4)."""

sweep = Job("sweep", timedelta(milliseconds=100), usecases.sweep, follows=_FOLLOWED)
"""A light is told soon after it turned, once what was said by then was heard; an idle tick looks at one end of an
index."""

amend = Job("amend", timedelta(milliseconds=500), usecases.carry_out, follows=_FOLLOWED)
"""Batch upon batch of the open tickets that a newer calendar can touch; an idle tick looks at a row per notice."""

gather = Job("notify-gather", timedelta(seconds=1), usecases.notifying.gather, follows=_FOLLOWED)
"""Makes messages of what people are to be told, in business hours (rules 4.2), once what was said was heard."""

send = Errand(
    name="notify-send",
    every=timedelta(milliseconds=500),
    within=timedelta(seconds=20),
    most=16,
    claim=usecases.notifying.claim,
    carry_out=usecases.notifying.deliver,
    settle=usecases.notifying.settle,
)
"""Sends them, outside of any transaction; a sender has given up before another one may begin (`notifying.LEASE`)."""

count = Job("notify-count", timedelta(seconds=15), usecases.notifying.count)
"""Lets the metrics show what waits."""
