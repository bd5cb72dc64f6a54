"""What revisit tells of a ticket, for the tests of those who follow it: said one by one, and random lives of it."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis.testing.lives import SAID, at
from contracts import revisits
from contracts.tickets import Officer
from contracts.vocabulary import ContactMethod, RevisitKind, RevisitOutcome, RevisitResult, SampleRule

REVISIT, ROUND = UUID(int=21), UUID(int=24)
_BY: Officer = "unit.hrss/0412"
_GAPS = (timedelta(0), timedelta(minutes=1), timedelta(hours=5), timedelta(days=1), timedelta(days=4))


def planned(when: str, due: str, caller: str | None = "hrss", **said: Any) -> revisits.RevisitPlanned:
    """The reporter will be asked: by a unit, by the centre without one."""
    asked = SAID | {"unit": "hrss", "finish": 1, "revisit_id": REVISIT, "policy": 1} | said
    return revisits.RevisitPlanned(
        **asked,
        kind=RevisitKind.UNIT if caller else RevisitKind.CENTRE,
        caller=caller,
        planned_at=at(when),
        due_at=at(due),
        next_at=at(when),
        sampled_by=None if caller else SampleRule.ALL,
    )


def sought(when: str, **said: Any) -> revisits.RevisitAttempted:
    """The reporter was not reached."""
    asked = SAID | {"unit": "hrss", "finish": 1, "revisit_id": REVISIT, "number": 1} | said
    return revisits.RevisitAttempted(
        **asked,
        attempt_id=UUID(int=22),
        outcome=RevisitOutcome.NOT_REACHED,
        method=ContactMethod.PHONE,
        attempted_at=at(when),
        next_at=at(when),
        action_id=UUID(int=23),
        by=_BY,
    )


def closed(when: str, result: RevisitResult = RevisitResult.ANSWERED, **said: Any) -> revisits.RevisitClosed:
    """Nobody is asked any more."""
    asked = SAID | {"unit": "hrss", "finish": 1, "revisit_id": REVISIT} | said
    return revisits.RevisitClosed(**asked, kind=RevisitKind.UNIT, result=result, closed_at=at(when))


def supervised(when: str, due: str | None = None, **said: Any) -> revisits.SupervisionOpened:
    """A round was opened, with a due of its own or by the term."""
    asked = SAID | {"unit": "hrss", "finish": 1, "round_id": ROUND, "round": 1} | said
    return revisits.SupervisionOpened(
        **asked,
        finding_id=UUID(int=25),
        proposal_id=UUID(int=26),
        circular_number="〔2026〕1号",
        circular_id=UUID(int=27),
        due_at=at(due) if due else None,
        opened_at=at(when),
        proposed_by="office/0001",
        confirmed_by="office/0002",
        action_id=UUID(int=28),
    )


def rectified(when: str, **said: Any) -> revisits.RectificationReported:
    """What was put right in the round."""
    asked = SAID | {"unit": "hrss", "finish": 1, "round_id": ROUND, "round": 1} | said
    return revisits.RectificationReported(
        **asked,
        finding_id=UUID(int=25),
        text_id=UUID(int=27),
        reported_at=at(when),
        action_id=UUID(int=29),
        by=_BY,
    )


def inherited(when: str, former: str = "hrss", heir: str | None = "tax", **said: Any) -> revisits.DutiesInherited:
    """A unit was dissolved, and another one does what it still had to."""
    return revisits.DutiesInherited(**SAID | said, former=former, heir=heir, directory_version=2, inherited_at=at(when))


class Asking:
    """Revisits and rounds of a ticket that go on with every `step`; `facts` is what revisit told of them, in order."""

    def __init__(self, number: int, dice: random.Random) -> None:
        self.said: dict[str, Any] = {"ticket_id": UUID(int=number), "complaint_id": UUID(int=1_000_000 + number)}
        self.facts: list[Any] = []
        self._dice, self._now = dice, at(f"{dice.randrange(2, 28):02} {dice.choice(('09:00', '17:00'))}")
        self._open: list[UUID] = []
        self._rounds: list[UUID] = []

    def step(self) -> None:
        """One more thing happens."""
        self._now += self._dice.choice(_GAPS)
        asking = (self._seek, self._close) if self._open else ()
        rectifying = (self._rectify,) if self._rounds else ()
        self._dice.choice((self._plan, self._supervise, self._inherit, *asking, *rectifying))()

    def _plan(self) -> None:
        revisit = UUID(int=self._dice.getrandbits(100))
        due = self._now + self._dice.choice((timedelta(minutes=1), timedelta(days=3)))
        caller = self._dice.choice(("hrss", "tax", None))
        plan = planned("01 00:00", "01 00:00", caller, **self.said, revisit_id=revisit)
        self.facts.append(plan.model_copy(update={"planned_at": self._now, "due_at": due}))
        self._open.append(revisit)

    def _inherit(self) -> None:
        passed = inherited("01 00:00", heir=self._dice.choice(("tax", None)), **self.said)
        self.facts.append(passed.model_copy(update={"inherited_at": self._now}))

    def _seek(self) -> None:
        self.facts.append(sought("01 00:00", **self.said, revisit_id=self._dice.choice(self._open)))

    def _close(self) -> None:
        revisit = self._open.pop(self._dice.randrange(len(self._open)))
        result = self._dice.choice(list(RevisitResult))
        end = closed("01 00:00", result, **self.said, revisit_id=revisit)
        self.facts.append(end.model_copy(update={"closed_at": self._now}))

    def _supervise(self) -> None:
        """With a due of its own, or by the term."""
        id_ = UUID(int=self._dice.getrandbits(100))
        due = self._now + self._dice.choice((timedelta(hours=5), timedelta(days=4)))
        opened = supervised("01 00:00", **self.said, round_id=id_)
        said = {"opened_at": self._now, "due_at": self._dice.choice((due, None))}
        self.facts.append(opened.model_copy(update=said))
        self._rounds.append(id_)

    def _rectify(self) -> None:
        id_ = self._rounds.pop(self._dice.randrange(len(self._rounds)))
        reported = rectified("01 00:00", **self.said, round_id=id_)
        self.facts.append(reported.model_copy(update={"reported_at": self._now}))
