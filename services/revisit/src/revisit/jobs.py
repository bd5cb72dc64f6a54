"""What a clock starts: what was finished before finishes were counted is looked up."""

from datetime import timedelta

from chassis.errands import Errand
from revisit import usecases

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
