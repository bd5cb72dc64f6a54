"""What became of each submission of one `make run`: publishing and watching write this book, the screen reads it."""

from collections import Counter
from dataclasses import dataclass, field

from stack.samples import Submission

Spot = tuple[str, int, int]
"""Topic, partition and offset of a message."""


@dataclass(slots=True)
class Sent:
    """A submission on its way. `at` is the monotonic second at which it was submitted."""

    submission: Submission
    must_park: bool
    at: float = 0.0
    spot: Spot | None = None
    complaint: str | None = None
    refused: str | None = None


@dataclass(slots=True)
class Book:
    """Everything that is known about a run so far."""

    sent: list[Sent]
    parked: dict[Spot, str] = field(default_factory=dict)
    dispatched: dict[str, str] = field(default_factory=dict)
    queued: set[str] = field(default_factory=set)
    solved: set[str] = field(default_factory=set)
    linked: set[str] = field(default_factory=set)
    units: dict[str, str] = field(default_factory=dict)
    arrived: dict[str, float] = field(default_factory=dict)

    def code(self, one: Sent) -> str | None:
        """The reason for which it was parked, None when it was not."""
        return self.parked.get(one.spot) if one.spot else None

    def settled(self, one: Sent) -> bool:
        """Whether it was dispatched, queued, solved on the spot, parked or refused over HTTP."""
        if one.refused or self.code(one):
            return True
        return not one.must_park and one.complaint is not None and self.known(one.complaint)

    def known(self, complaint: str) -> bool:
        """Whether the complaint's ticket has found its unit or the manual queue, or needs neither."""
        return complaint in self.dispatched or complaint in self.queued or complaint in self.solved

    def dispatch(self, complaint: str, unit: str, now: float | None) -> None:
        """Note the unit; `now` is the monotonic second when its topic showed it, None when it was asked for later."""
        if complaint not in self.dispatched:
            self.dispatched[complaint] = unit
            if now is not None:
                self.arrived[complaint] = now
        self.queued.discard(complaint)

    def link(self, complaint: str, unit: str | None) -> None:
        """Note that it goes on in the ticket of another one, which is this unit's, or in the manual queue."""
        self.linked.add(complaint)
        if unit:
            self.dispatch(complaint, unit, None)
        else:
            self.queued.add(complaint)

    def latencies(self) -> list[float]:
        """Seconds from submitting to the owner's topic, sorted, of what arrived there during this run."""
        firsts: dict[str, float] = {}
        for one in self.sent:
            if one.complaint in self.arrived and one.at:
                firsts.setdefault(one.complaint, self.arrived[one.complaint] - one.at)
        return sorted(firsts.values())

    def complaints(self) -> set[str]:
        """The complaints that this run's submissions are: one that was said twice counts once."""
        return {one.complaint for one in self.sent if one.complaint and not self.code(one)}

    def counts(self) -> "Counts":
        """Where everything stands now."""
        complaints = self.complaints()
        done = [one for one in self.sent if self.settled(one)]
        return Counts(
            submitted=len(self.sent),
            settled=len(done),
            dispatched=sum(complaint in self.dispatched for complaint in complaints),
            queued=sum(complaint in self.queued for complaint in complaints),
            solved=sum(complaint in self.solved for complaint in complaints),
            linked=sum(complaint in self.linked for complaint in complaints),
            parked=sum(self.code(one) is not None for one in self.sent),
            refused=Counter(one.refused for one in self.sent if one.refused),
            by_channel=Counter(one.submission.channel.chinese for one in done),
            by_unit=Counter(self.dispatched[one] for one in complaints if one in self.dispatched),
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of a run at one moment; those that are `linked` to others are dispatched or queued with them."""

    submitted: int
    settled: int
    dispatched: int
    queued: int
    solved: int
    linked: int
    parked: int
    refused: Counter[str]
    by_channel: Counter[str]
    by_unit: Counter[str]

    @property
    def repeated(self) -> int:
        """How many settled submissions said a complaint again."""
        return self.settled - self.complaints - self.refused.total()

    @property
    def complaints(self) -> int:
        """How many complaints have come to where they go on, or were parked."""
        return self.dispatched + self.queued + self.solved + self.parked

    def sentence(self) -> str:
        """The line with which `make run` ends."""
        solved = f", {self.solved} solved on the spot" if self.solved else ""
        return (
            f"{self.complaints} complaints: {self.dispatched} dispatched, {self.queued} queued for the manual desk, "
            f"{self.parked} parked{solved}"
        )
