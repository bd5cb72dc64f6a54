"""What a clock starts: duties leave units that are gone, and what was finished before it was counted is looked up."""

from datetime import timedelta

from chassis.errands import Errand
from chassis.jobs import Job
from revisit import usecases

dissolved = Job("dissolved-units", timedelta(seconds=1), usecases.inheriting.inherit)
"""An idle tick is cheap."""

recount = Errand(
    name="recount",
    every=timedelta(milliseconds=200),
    within=timedelta(seconds=30),
    most=1,
    claim=usecases.recounting.claim,
    carry_out=usecases.recounting.look_up,
    settle=usecases.recounting.recount,
)
"""A batch at a time, outside of any transaction; `recounting.LEASE` keeps a second one off."""
