"""The district's policy on asking again, where the notice is silent: versioned, and named by every plan."""

from dataclasses import dataclass, field
from datetime import timedelta

from revisit.domain.calendar import Hours


@dataclass(frozen=True, slots=True)
class Policy:
    """What the district decided (policy).

    The unit asks within `unit_days` working days after the finish, the centre within `centre_days`, and that of
    `sample_percent` of a hundred finishes. After `attempts` a reporter counts as not reached.
    A bad rating is explained or corrected within `rating_days` working days; then the centre asks again within
    `second_days`. A reporter's own word counts within `word_days`.
    A round of supervision is due within `round_at_most` of its proposal.
    """

    version: int = 1
    unit_days: int = 3
    centre_days: int = 5
    sample_percent: int = 100
    attempts: int = 3
    rating_days: int = 3
    word_days: int = 5
    second_days: int = 5
    round_at_most: timedelta = timedelta(days=90)
    hours: Hours = field(default_factory=Hours)

    @property
    def longest_days(self) -> int:
        """The longest of the terms, in working days."""
        return max(self.unit_days, self.centre_days, self.rating_days, self.second_days, self.word_days)
