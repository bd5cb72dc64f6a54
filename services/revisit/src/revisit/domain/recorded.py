"""What was done about findings and bad ratings, as it was said: what is said again is answered again, once."""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from contracts.refusals import Refused
from revisit.domain.cases import Case
from revisit.domain.commands import (
    Act,
    Checked,
    Confirmed,
    Dismissed,
    Explained,
    Flagged,
    Proposed,
    Reported,
    Supervise,
)
from revisit.domain.findings import Finding, Round


class Done(NamedTuple):
    """An act by its id, with who did it."""

    action_id: UUID
    by: str
    act: Act


def on_record(case: Case, asked: Supervise) -> bool:
    """Whether it was done before. Raises Refused("action.different-body") if something else was."""
    said = Done(asked.action_id, asked.by, asked.act)
    found = next((one for one in _done(case) if one.action_id == said.action_id), None)
    if found not in (None, said):
        raise Refused("action.different-body")
    return found is not None


def _done(case: Case) -> Iterator[Done]:
    for finding in case.life.findings:
        yield from _judged(finding)
        for round_ in finding.rounds:
            yield from _went_on(finding, round_)
    for rating in case.life.bad_ratings:
        if reply := rating.reply:
            yield Done(reply.action_id, reply.by, Explained(rating.answer_id, reply.how, reply.text_id))


def _judged(finding: Finding) -> Iterator[Done]:
    if finding.action_id and finding.by and finding.text_id:
        yield Done(finding.action_id, finding.by, Flagged(finding.finding, finding.text_id))
    for one in finding.proposals:
        yield Done(one.action_id, one.by, Proposed(finding.finding_id, one.reason_id, one.circular))
    if no := finding.dismissal:
        yield Done(no.action_id, no.by, Dismissed(finding.finding_id, no.reason_id))


def _went_on(finding: Finding, round_: Round) -> Iterator[Done]:
    yield Done(round_.action_id, round_.confirmed_by, Confirmed(finding.finding_id, round_.proposal_id))
    if report := round_.report:
        yield Done(report.action_id, report.by, Reported(round_.round_id, report.text_id))
    if check := round_.check:
        yield Done(check.action_id, check.by, Checked(round_.round_id, check.passed, check.reason_id))
