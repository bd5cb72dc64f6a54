"""Random lives of tickets as dispatch may tell them, for the tests of those who follow: valid, and in order."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from chassis.testing.lives import BY, at
from contracts import tickets
from contracts.vocabulary import (
    Cause,
    Channel,
    Complexity,
    ContactMethod,
    DispatchRule,
    QueueReason,
    ReporterKind,
    ReturnReason,
)

UNITS = ("hrss", "tax", "market")
_TEXT = UUID(int=9)
_GAPS = (timedelta(0), timedelta(minutes=1), timedelta(hours=1), timedelta(hours=5), timedelta(days=1))
_DAY = timedelta(days=1)
_SHANGHAI = timezone(timedelta(hours=8))


class Life:
    """A ticket that lives on with every `step`; `facts` is what dispatch told of it, each with its number.

    `others` are the tickets to which it may be linked.
    """

    def __init__(self, number: int, dice: random.Random, others: tuple["Life", ...] = ()) -> None:
        self.said: dict[str, Any] = {"ticket_id": UUID(int=number), "complaint_id": UUID(int=1_000_000 + number)}
        self.facts: list[Any] = []
        self._dice, self._others = dice, others
        self._now = at(f"{dice.randrange(2, 20):02} {dice.choice(('08:59', '09:00', '16:59', '17:00', '23:00'))}")
        self._unit: str | None = None
        self._complexity = Complexity.GENERAL
        self._assists: dict[UUID, str] = {}
        self._round = 1
        self._steps: Callable[[], None] = self._open

    def step(self) -> None:
        """One more thing happens, unless it is over for good."""
        self._steps()

    @property
    def over(self) -> bool:
        """Whether nothing more can happen."""
        return self._steps == self._rest

    # what may happen when

    def _open(self) -> None:
        channel = self._dice.choice((Channel.WINDOW, Channel.CITY_EXIT))
        submitted = self._now - self._dice.choice((timedelta(0), 3 * _DAY))
        self._tell(
            tickets.TicketOpened,
            channel=channel,
            reporter_kind=ReporterKind.CITIZEN,
            submitted_at=submitted,
            opened_at=self._now,
        )
        self._some(self._dispatch, self._dispatch, self._queue)

    def _waits(self) -> None:
        """Dispatched, and not accepted yet."""
        self._some(self._accept, self._accept, self._accept, self._return, self._dispatch, self._withdraw, self._link)

    def _handles(self) -> None:
        self._some(
            *(self._classify, self._contact, self._contact, self._ask, self._answer, self._delegate, self._track),
            *(self._finish, self._finish, self._decline, self._withdraw, self._link, self._dispatch_again),
        )

    def _follows(self) -> None:
        """Tracked: explained, and followed until it is solved."""
        self._some(self._progress, self._progress, self._finish, self._contact)

    def _some(self, *steps: Callable[[], None]) -> None:
        self._steps = self._dice.choice(steps)

    def _rest(self) -> None:
        """Nothing happens any more."""

    # what happens

    def _queue(self) -> None:
        self._unit = None
        self._tell(
            tickets.TicketQueuedForManualDispatch,
            reason=QueueReason.NO_OWNER,
            directory_version=1,
            queued_at=self._later(),
        )
        self._steps = self._dispatch

    def _dispatch(self) -> None:
        self._name(again=False)
        self._steps = self._waits

    def _dispatch_again(self) -> None:
        self._name(again=True)
        self._steps = self._accept

    def _name(self, *, again: bool) -> None:
        former = (self._unit,) if self._unit else ()
        self._unit = self._dice.choice([one for one in UNITS if one != self._unit])
        named: dict[str, Any] = {"unit": self._unit, "rule": DispatchRule.MATTER_OWNER, "directory_version": 1}
        self._tell(tickets.TicketDispatched, **named, dispatched_at=self._later(), former=former, again=again)

    def _accept(self) -> None:
        """Or it is deemed so when that was due, at the close of the first working day after dispatch (rules 3.3)."""
        deemed = self._dice.random() < 0.2
        accepted = self._deemed() if deemed else self._later()
        self._tell(
            tickets.TicketAccepted,
            unit=self._unit,
            complexity=self._complexity,
            accepted_at=accepted,
            deemed=deemed,
            by=None if deemed else BY,
        )
        self._steps = self._handles

    def _deemed(self) -> datetime:
        """Between the holidays of October and of February there is one, 1 January."""
        day = self._now.astimezone(_SHANGHAI) + _DAY
        while day.isoweekday() > 5 or (day.month, day.day) == (1, 1):
            day += _DAY
        self._now = day.replace(hour=17, minute=0).astimezone(UTC)
        return self._now

    def _return(self) -> None:
        self._tell(tickets.TicketReturned, **self._by(), reason=ReturnReason.OTHER, count=1, returned_at=self._later())
        self._some(self._dispatch, self._queue)

    def _classify(self) -> None:
        before, self._complexity = self._complexity, self._dice.choice(list(Complexity))
        self._tell(
            tickets.TicketClassified,
            **self._by(),
            complexity=self._complexity,
            previous=before,
            classified_at=self._later(),
        )
        self._steps = self._handles

    def _contact(self) -> None:
        """Often sought some time before somebody says so."""
        said = self._later()
        attempted = said - self._dice.choice((timedelta(0), timedelta(0), timedelta(minutes=30), timedelta(hours=20)))
        self._tell(
            tickets.ReporterContactAttempted,
            **self._by(),
            contact_id=UUID(int=self._dice.getrandbits(100)),
            method=ContactMethod.PHONE,
            reached=self._dice.random() < 0.4,
            attempted_at=attempted,
        )
        self._steps = self._follows if self._tracked() else self._handles

    def _tracked(self) -> bool:
        return any(isinstance(one, tickets.TicketTracked) for one in self.facts)

    def _ask(self) -> None:
        asked, id_ = self._later(), UUID(int=self._dice.getrandbits(100))
        due = asked + self._dice.choice((timedelta(hours=2), 2 * _DAY, 9 * _DAY))
        self._assists[id_] = unit = self._dice.choice([one for one in UNITS if one != self._unit])
        said: dict[str, Any] = {"assist_id": id_, "lead": self._unit, "unit": unit, "question_id": _TEXT, "by": BY}
        self._tell(tickets.AssistAsked, **said, due_at=due, asked_at=asked)
        self._steps = self._handles

    def _answer(self) -> None:
        """Or it is withdrawn, or lapses."""
        self._steps = self._handles
        if self._assists:
            id_, unit = self._assists.popitem()
            self._end_assist({"assist_id": id_, "lead": self._unit, "unit": unit})

    def _end_assist(self, said: dict[str, Any]) -> None:
        match self._dice.choice(("answered", "withdrawn", "lapsed")):
            case "answered":
                self._tell(tickets.AssistAnswered, **said, answer_id=_TEXT, answered_at=self._later(), by=BY)
            case "withdrawn":
                self._tell(tickets.AssistWithdrawn, **said, reason_id=_TEXT, withdrawn_at=self._later(), by=BY)
            case _:
                self._tell(tickets.AssistLapsed, **said, directory_version=1, lapsed_at=self._later())

    def _delegate(self) -> None:
        self._tell(tickets.TicketDelegated, **self._by(), to="below", delegated_at=self._later())
        self._steps = self._handles

    def _track(self) -> None:
        tracked = self._later()
        self._tell(
            tickets.TicketTracked,
            **self._by(),
            explanation_id=_TEXT,
            next_progress_at=tracked + self._dice.choice((timedelta(hours=1), 3 * _DAY)),
            tracked_at=tracked,
        )
        self._steps = self._follows

    def _progress(self) -> None:
        progressed = self._later()
        next_at = progressed + self._dice.choice((timedelta(hours=1), 3 * _DAY))
        self._tell(
            tickets.TicketProgressed,
            **self._by(),
            note_id=_TEXT,
            next_progress_at=next_at,
            progressed_at=progressed,
        )
        self._steps = self._follows

    def _finish(self) -> None:
        said: dict[str, Any] = {"reply_id": _TEXT, "done_id": _TEXT, "cause": Cause.OTHER, "round": self._round}
        self._tell(tickets.TicketFinished, **self._by(), **said, finished_at=self._later())
        self._some(self._reopen, self._rest)

    def _decline(self) -> None:
        said: dict[str, Any] = {"explanation_id": _TEXT, "citation_id": _TEXT, "confirmed_by": "unit.hrss/2"}
        self._tell(tickets.TicketDeclined, **self._by(), **said, declined_at=self._later())
        self._steps = self._rest

    def _withdraw(self) -> None:
        self._tell(tickets.TicketWithdrawn, withdrawn_at=self._later(), by="centre/1")
        self._steps = self._rest

    def _link(self) -> None:
        """To one that was opened by then; where there is none it is withdrawn."""
        open_ = [one.said for one in self._others if one.facts[0].opened_at <= self._now]
        if not open_:
            self._withdraw()
            return
        to = self._dice.choice(open_)
        linked = {"to": to["ticket_id"], "to_complaint_id": to["complaint_id"]}
        self._tell(tickets.TicketLinked, **linked, linked_at=self._later(), by="centre/1")
        self._steps = self._rest

    def _reopen(self) -> None:
        self._round += 1
        self._tell(tickets.TicketReopened, unit=self._unit, round=self._round, reopened_at=self._later(), by="centre/1")
        self._steps = self._handles

    # how it is told

    def _tell(self, kind: Any, **said: Any) -> None:
        self.facts.append(kind(**self.said, **said, version=len(self.facts) + 1))

    def _by(self) -> dict[str, Any]:
        return {"unit": self._unit, "by": BY}

    def _later(self) -> datetime:
        """Some time later, often at a close of business."""
        closes = self._now.replace(hour=9, minute=0)
        edges = [closes + passed * _DAY for passed in range(4) if closes + passed * _DAY >= self._now]
        self._now = self._dice.choice([*edges, *(self._now + gap for gap in _GAPS)])
        return self._now
