"""What is known of a ticket after its reply: who asks, what was tried and heard, and what does not agree.

`evolve` is pure, and takes the facts of tickets and our own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from contracts.complaints import ComplaintRated
from contracts.log import one_more
from contracts.revisits import (
    DutiesInherited,
    FindingConfirmed,
    FindingDismissed,
    FindingFlagged,
    FindingProposed,
    RatingAnswered,
    RatingQuestioned,
    RectificationReported,
    RevisitAnswered,
    RevisitAttempted,
    RevisitClosed,
    RevisitFact,
    RevisitPlanned,
    SupervisionChecked,
    SupervisionFact,
    SupervisionOpened,
    VerdictOverturned,
)
from contracts.tickets import TicketDeclined, TicketFact, TicketFinished, TicketOpened, TicketReopened
from contracts.vocabulary import (
    AnswerSource,
    Channel,
    ContactMethod,
    RevisitKind,
    RevisitOutcome,
    RevisitResult,
    SampleRule,
)
from revisit.domain.findings import Finding, Round, flagged, judged
from revisit.domain.ratings import BadRating, rated

_Asking = RevisitPlanned | RevisitAttempted | RevisitAnswered | RevisitClosed | FindingFlagged | ComplaintRated


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody sought the reporter. `action_id` is what whoever tells of it calls that."""

    attempt_id: UUID
    action_id: UUID
    outcome: RevisitOutcome
    method: ContactMethod
    attempted_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the reporter said, to whom, about which finish."""

    answer_id: UUID
    revisit_id: UUID | None
    finish: int
    source: AnswerSource
    rating: int | None
    solved: bool
    text_id: UUID | None
    answered_at: datetime
    by: str | None


@dataclass(frozen=True, slots=True)
class Word:
    """The reporter's own word about the close at `closed_at`, as intake told it."""

    word_id: UUID
    closed_at: datetime
    rating: int | None
    solved: bool
    rated_at: datetime


@dataclass(frozen=True, slots=True)
class Revisit:
    """Somebody asks, or asked: the unit `caller`, the centre without one. Open until it has a `result`."""

    revisit_id: UUID
    kind: RevisitKind
    finish: int
    unit: str | None
    caller: str | None
    planned_at: datetime
    due_at: datetime
    next_at: datetime
    sampled_by: SampleRule | None
    policy: int
    attempts: tuple[Attempt, ...] = ()
    result: RevisitResult | None = None
    closed_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether somebody still has to ask."""
        return self.result is None


@dataclass(frozen=True, slots=True)
class Life:
    """What happened after the reply. `finishers` are who finished it ever; nobody is called before `quiet_until`."""

    finishers: tuple[str, ...] = ()
    quiet_until: datetime | None = None
    revisits: tuple[Revisit, ...] = ()
    answers: tuple[Answer, ...] = ()
    findings: tuple[Finding, ...] = ()
    bad_ratings: tuple[BadRating, ...] = ()
    words: tuple[Word, ...] = ()


NOTHING = Life()


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket as far as asking again is concerned; `closed_at` is there while it is finished or declined.

    `followed` of its facts were heard; None where nobody counted them, which was so before gaps were closed.
    """

    ticket_id: UUID
    complaint_id: UUID
    channel: Channel | None = None
    matter_code: str | None = None
    unit: str | None = None
    closed_at: datetime | None = None
    finishes: int = 0
    life: Life = NOTHING
    followed: int | None = 0

    def revisit(self, revisit_id: UUID) -> Revisit | None:
        """The revisit of this id."""
        return next((one for one in self.life.revisits if one.revisit_id == revisit_id), None)

    def finding(self, finding_id: UUID) -> Finding | None:
        """The finding of this id."""
        return next((one for one in self.life.findings if one.finding_id == finding_id), None)

    def round(self, round_id: UUID) -> tuple[Finding, Round] | None:
        """The round of this id, with its finding."""
        rounds = ((finding, one) for finding in self.life.findings for one in finding.rounds)
        return next((found for found in rounds if found[1].round_id == round_id), None)

    def confirmed(self, finish: int) -> bool:
        """Whether something about a finish was found."""
        return any(one.confirmed_at for one in self.life.findings if one.finish == finish)

    def bad_rating(self, answer_id: UUID) -> BadRating | None:
        """The bad rating that this answer is."""
        return next((one for one in self.life.bad_ratings if one.answer_id == answer_id), None)

    def unexplained(self, rating: BadRating) -> bool:
        """Whether somebody still has to explain it: not after its finish was found wanting, nor opened again."""
        stands = self.closed_at is not None and rating.finish == self.finishes
        return stands and rating.reply is None and not self.confirmed(rating.finish)

    def after_one(self, number: int | None) -> "Case | None":
        """With one more fact followed, the one of this number; None if it was followed already.

        Raises Refused("fact.gap") where one before it is missing.
        """
        if self.followed is None:
            return replace(self, followed=number)
        count = one_more(self.followed, number)
        return None if count is None else replace(self, followed=count)

    def answer(self, finish: int, source: AnswerSource) -> Answer | None:
        """What was said to one of them about a finish."""
        found = (one for one in self.life.answers if (one.finish, one.source) == (finish, source))
        return next(found, None)


def fold(case: Case, facts: Iterable[TicketFact | RevisitFact | ComplaintRated]) -> Case:
    """The case after the facts."""
    for fact in facts:
        case = evolve(case, fact)
    return case


def evolve(case: Case, fact: TicketFact | RevisitFact | ComplaintRated) -> Case:
    """The case after a fact; most of what happens to a ticket means nothing to it."""
    match fact:
        case TicketOpened(channel=channel, matter_code=matter_code):
            return replace(case, channel=channel, matter_code=matter_code)
        case TicketFinished() | TicketDeclined() | TicketReopened():
            return _of_ticket(case, fact)
        case (
            RevisitPlanned()
            | RevisitAttempted()
            | RevisitAnswered()
            | RevisitClosed()
            | FindingFlagged()
            | ComplaintRated()
        ):
            return replace(case, life=_lived(case.life, fact))
        case (
            FindingProposed()
            | FindingDismissed()
            | FindingConfirmed()
            | VerdictOverturned()
            | SupervisionOpened()
            | RectificationReported()
            | SupervisionChecked()
        ):
            return replace(case, life=_judged(case.life, fact))
        case RatingQuestioned() | RatingAnswered() | DutiesInherited():
            return replace(case, life=_owed(case, fact))
        case _:
            return case


def _word(fact: ComplaintRated) -> Word:
    return Word(fact.word_id, fact.closed_at, fact.rating, fact.solved, fact.rated_at)


def _of_ticket(case: Case, fact: TicketFinished | TicketDeclined | TicketReopened) -> Case:
    match fact:
        case TicketFinished(unit=unit, by=by, finished_at=at):
            return _closed(case, unit, at, by)
        case TicketDeclined(unit=unit, by=by, confirmed_by=second, declined_at=at):
            return _closed(case, unit, at, by, second)
        case TicketReopened():
            return replace(case, closed_at=None)
        case _:
            assert_never(fact)


def _closed(case: Case, unit: str | None, at: datetime, *by: str) -> Case:
    """Closed once more; said again it is closed already."""
    if case.closed_at is not None:
        return case
    finishers = tuple(dict.fromkeys((*case.life.finishers, *by)))
    life = replace(case.life, finishers=finishers)
    return replace(case, unit=unit, closed_at=at, finishes=case.finishes + 1, life=life)


def _lived(life: Life, fact: _Asking) -> Life:
    match fact:
        case RevisitPlanned():
            return replace(life, revisits=(*life.revisits, _planned(fact)))
        case RevisitAttempted():
            return _attempted(life, fact)
        case RevisitAnswered():
            return replace(life, answers=(*life.answers, _answered(fact)))
        case RevisitClosed():
            return replace(life, revisits=tuple(_ended(one, fact) for one in life.revisits))
        case FindingFlagged():
            return replace(life, findings=(*life.findings, flagged(fact)))
        case ComplaintRated():
            return replace(life, words=(*life.words, _word(fact)))
        case _:
            assert_never(fact)


def _judged(life: Life, fact: SupervisionFact) -> Life:
    about = fact.finding_id
    findings = (judged(one, fact) if one.finding_id == about else one for one in life.findings)
    return replace(life, findings=tuple(findings))


def _owed(case: Case, fact: RatingQuestioned | RatingAnswered | DutiesInherited) -> Life:
    if isinstance(fact, DutiesInherited):
        return _inherited(case, fact)
    return replace(case.life, bad_ratings=rated(case.life.bad_ratings, fact))


def _inherited(case: Case, fact: DutiesInherited) -> Life:
    """Whatever the unit still had to do somebody else has to; what it did stays its own."""
    life, former, heir = case.life, fact.former, fact.heir
    revisits = (replace(one, caller=heir) if one.open and one.caller == former else one for one in life.revisits)
    findings = (replace(one, unit=heir) if one.unit == former and not one.settled else one for one in life.findings)
    ratings = (
        replace(one, unit=heir) if one.unit == former and case.unexplained(one) else one for one in life.bad_ratings
    )
    return replace(life, revisits=tuple(revisits), findings=tuple(findings), bad_ratings=tuple(ratings))


def _planned(fact: RevisitPlanned) -> Revisit:
    return Revisit(
        fact.revisit_id,
        fact.kind,
        fact.finish,
        fact.unit,
        fact.caller,
        fact.planned_at,
        fact.due_at,
        fact.next_at,
        fact.sampled_by,
        fact.policy,
    )


def _attempted(life: Life, fact: RevisitAttempted) -> Life:
    """Whoever else asks about the ticket waits too: nobody is called twice a day."""
    quiet_until = max(fact.next_at, life.quiet_until or fact.next_at)
    revisits = (_tried(one, fact) for one in life.revisits)
    later = tuple(replace(one, next_at=max(one.next_at, quiet_until)) if one.open else one for one in revisits)
    return replace(life, quiet_until=quiet_until, revisits=later)


def _tried(revisit: Revisit, fact: RevisitAttempted) -> Revisit:
    if revisit.revisit_id != fact.revisit_id:
        return revisit
    new = Attempt(fact.attempt_id, fact.action_id, fact.outcome, fact.method, fact.attempted_at, fact.by)
    return replace(revisit, attempts=(*revisit.attempts, new))


def _answered(fact: RevisitAnswered) -> Answer:
    return Answer(
        fact.answer_id,
        fact.revisit_id,
        fact.finish,
        fact.source,
        fact.rating,
        fact.solved,
        fact.text_id,
        fact.answered_at,
        fact.by,
    )


def _ended(revisit: Revisit, fact: RevisitClosed) -> Revisit:
    ended = revisit.revisit_id == fact.revisit_id
    return replace(revisit, result=fact.result, closed_at=fact.closed_at) if ended else revisit
