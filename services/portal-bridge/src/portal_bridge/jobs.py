"""What a clock starts: complaints go to intake, intake is asked for them, the city is asked for more."""

from datetime import timedelta

from chassis.errands import Errand
from portal_bridge import usecases

hand_on = Errand(
    name="hand-on",
    every=timedelta(milliseconds=100),
    within=timedelta(seconds=30),
    most=1,
    claim=usecases.handing.claim,
    carry_out=usecases.handing.hand_on,
    settle=usecases.handing.handed,
)
"""A batch at a time, outside of any transaction; what is sent twice intake knows by its key."""

ask = Errand(
    name="ask-intake",
    every=timedelta(milliseconds=500),
    within=timedelta(seconds=30),
    most=4,
    claim=usecases.handing.claim_asking,
    carry_out=usecases.handing.ask,
    settle=usecases.handing.answered,
)
"""Asks which complaints they became, until all are known."""

pull = Errand(
    name="pull",
    every=timedelta(milliseconds=200),
    within=timedelta(seconds=20),
    most=1,
    claim=usecases.pulling.claim,
    carry_out=usecases.pulling.fetch,
    settle=usecases.pulling.fetched,
)
"""Fetches from the city, where it is agreed; `pulling.LEASE` keeps a second one off."""

reply = Errand(
    name="reply",
    every=timedelta(milliseconds=100),
    within=timedelta(seconds=50),
    most=4,
    claim=usecases.replying.claim,
    carry_out=usecases.replying.send,
    settle=usecases.replying.settle,
)
"""Sends the city its replies, load by load; `replying.LEASE` keeps a second one off."""
