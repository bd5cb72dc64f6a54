"""Facts about the calendar, told by sla-monitor on the compacted topic `calendar`: of each date the newest holds."""

import datetime
from typing import Annotated

from pydantic import StringConstraints

from contracts.base import Fact
from contracts.vocabulary import DayStatus

NoticeName = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z一-鿿〔〕（）\[\]().,_ -]{0,80}$")]
"""What a notice is called, 国办发明电〔2025〕7号 for example: a name, no sentences."""


class DaySet(Fact, type="day.set.v1", topic="calendar", producer="sla-monitor", key="date"):
    """A date counts as a working day, or does not (rules 4.4).

    `notice` names where that comes from, nothing without one. `provisional` days are expected to be so until the year's
    notice is imported. Each change of a date raises its `revision`.
    """

    date: datetime.date
    status: DayStatus
    notice: NoticeName
    revision: int
    provisional: bool


CalendarFact = DaySet
