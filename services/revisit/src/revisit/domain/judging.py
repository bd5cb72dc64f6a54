"""How a finding is judged (rules 5.2, 5.3, 6): flagged by hand, dismissed by one, confirmed by two of the office."""

from datetime import datetime
from typing import Any, assert_never

from contracts.refusals import Refused
from contracts.revisits import (
    FindingConfirmed,
    FindingDismissed,
    FindingFlagged,
    FindingProposed,
    RevisitFact,
    SupervisionOpened,
    VerdictOverturned,
)
from contracts.vocabulary import FindingReason, FindingState
from revisit.domain.cases import Case
from revisit.domain.commands import Confirmed, Dismissed, Flagged, Judgement, Proposed, Supervise
from revisit.domain.findings import Finding, Proposal


def judge(case: Case, asked: Supervise, act: Judgement) -> list[RevisitFact]:
    """What happens by it.

    Raises Refused: `ticket.not-closed`, `finding.exists`, `finding.unknown`, `finding.settled`, `supervision.open`,
    `time.past`, `supervision.due-too-late`, `proposal.unknown`, `second-person.same`.
    """
    match act:
        case Flagged():
            return [_flagged(case, asked, act)]
        case Dismissed():
            return [_dismissed(case, _to_be_judged(case, act), asked, act)]
        case Proposed():
            return [_proposed(case, _to_be_judged(case, act), asked, act)]
        case Confirmed():
            return _confirmed(case, _to_be_judged(case, act), asked, act)
        case _:
            assert_never(act)


def of_finding(case: Case, finding: Finding) -> dict[str, Any]:
    """What every fact about a finding says."""
    return {
        "ticket_id": case.ticket_id,
        "complaint_id": case.complaint_id,
        "unit": finding.unit,
        "finish": finding.finish,
        "finding_id": finding.finding_id,
    }


def _flagged(case: Case, asked: Supervise, act: Flagged) -> FindingFlagged:
    """Of the newest finish, also while the ticket is open again; one of a kind, unless it was dismissed."""
    if not case.finishes:
        raise Refused("ticket.not-closed")
    same = (one for one in case.life.findings if (one.finish, one.finding) == (case.finishes, act.finding))
    if any(one.dismissal is None for one in same):
        raise Refused("finding.exists")
    return FindingFlagged(
        ticket_id=case.ticket_id,
        complaint_id=case.complaint_id,
        unit=case.unit,
        finish=case.finishes,
        finding_id=asked.measures.new_id(),
        finding=act.finding,
        why=FindingReason.BY_HAND,
        answers=(),
        flagged_at=asked.at,
        by=asked.by,
        text_id=act.text_id,
        action_id=asked.action_id,
    )


def _to_be_judged(case: Case, act: Dismissed | Proposed | Confirmed) -> Finding:
    found = case.finding(act.finding_id)
    if found is None:
        raise Refused("finding.unknown")
    if found.state in (FindingState.DISMISSED, FindingState.RECTIFIED):
        raise Refused("finding.settled")
    if found.state is FindingState.SUPERVISED:
        raise Refused("supervision.open")
    return found


def _dismissed(case: Case, finding: Finding, asked: Supervise, act: Dismissed) -> FindingDismissed:
    """What two persons confirmed is not dismissed by one."""
    if finding.confirmed_at:
        raise Refused("finding.settled")
    return FindingDismissed(
        **of_finding(case, finding),
        reason_id=act.reason_id,
        dismissed_at=asked.at,
        action_id=asked.action_id,
        by=asked.by,
    )


def _proposed(case: Case, finding: Finding, asked: Supervise, act: Proposed) -> FindingProposed:
    due_at = act.circular.due_at
    _ahead(due_at, asked.at)
    if due_at and due_at - asked.at > asked.measures.policy.round_at_most:
        raise Refused("supervision.due-too-late")
    return FindingProposed(
        **of_finding(case, finding),
        proposal_id=asked.measures.new_id(),
        round=len(finding.rounds) + 1,
        reason_id=act.reason_id,
        circular_number=act.circular.number,
        circular_id=act.circular.text_id,
        due_at=act.circular.due_at,
        proposed_at=asked.at,
        action_id=asked.action_id,
        by=asked.by,
    )


def _confirmed(case: Case, finding: Finding, asked: Supervise, act: Confirmed) -> list[RevisitFact]:
    """By a second person, and what that person saw: the newest proposal, by its id."""
    proposal = finding.proposal
    if proposal is None or proposal.proposal_id != act.proposal_id:
        raise Refused("proposal.unknown")
    if proposal.by == asked.by:
        raise Refused("second-person.same")
    _ahead(proposal.circular.due_at, asked.at)
    opened = _opened(case, finding, asked, proposal)
    return [opened] if finding.confirmed_at else [*_is_one(case, finding, asked, proposal), opened]


def _ahead(due_at: datetime | None, now: datetime) -> None:
    if due_at and due_at <= now:
        raise Refused("time.past")


def _is_one(case: Case, finding: Finding, asked: Supervise, proposal: Proposal) -> list[RevisitFact]:
    """Confirmed; and the verdict on its finish is overturned, unless another finding has done so."""
    confirmed = FindingConfirmed(
        **of_finding(case, finding),
        finding=finding.finding,
        proposal_id=proposal.proposal_id,
        reason_id=proposal.reason_id,
        confirmed_at=asked.at,
        proposed_by=proposal.by,
        confirmed_by=asked.by,
    )
    if any(one.overturned_at for one in case.life.findings if one.finish == finding.finish):
        return [confirmed]
    return [confirmed, VerdictOverturned(**of_finding(case, finding), overturned_at=asked.at)]


def _opened(case: Case, finding: Finding, asked: Supervise, proposal: Proposal) -> SupervisionOpened:
    return SupervisionOpened(
        **of_finding(case, finding),
        round_id=asked.measures.new_id(),
        round=len(finding.rounds) + 1,
        proposal_id=proposal.proposal_id,
        circular_number=proposal.circular.number,
        circular_id=proposal.circular.text_id,
        due_at=proposal.circular.due_at,
        opened_at=asked.at,
        proposed_by=proposal.by,
        confirmed_by=asked.by,
        action_id=asked.action_id,
    )
