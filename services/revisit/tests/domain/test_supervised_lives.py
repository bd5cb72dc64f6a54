"""Random lives of findings: what was accepted is nothing new when it is said again, and two persons agreed."""

from itertools import count
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.testing import lives
from chassis.testing.lives import COMPLAINT, TICKET, at
from contracts.refusals import Refused
from contracts.vocabulary import FindingKind
from revisit.domain import (
    Act,
    Calendar,
    Case,
    Checked,
    Circular,
    Confirmed,
    Dismissed,
    Flagged,
    Follow,
    Measures,
    Policy,
    Proposed,
    Reported,
    Supervise,
    decide,
    fold,
)

_TEXT = UUID(int=77)
_DRAWS = st.lists(
    st.tuples(
        st.sampled_from(["flag", "propose", "propose", "confirm", "confirm", "dismiss", "report", "fail", "pass"]),
        st.integers(0, 5),
        st.integers(1, 12),
        st.sampled_from(["1", "2"]),
    ),
    max_size=40,
)


def _act(case: Case, what: str, which: int) -> tuple[str, Act] | None:
    """Who does what about the so-manieth finding; nothing while there is none to do it about."""
    if what == "flag":
        return "centre", Flagged(list(FindingKind)[which % 3], _TEXT)
    findings = case.life.findings
    if not findings:
        return None
    finding = findings[which % len(findings)]
    if what in ("report", "fail", "pass"):
        rounds = finding.rounds
        done = Checked(rounds[-1].round_id, what == "pass", _TEXT) if rounds else None
        reported = Reported(rounds[-1].round_id, _TEXT) if rounds else None
        return ("unit.hrss", reported) if what == "report" and reported else ("centre", done) if done else None
    if what == "confirm":
        return "office", Confirmed(
            finding.finding_id, finding.proposals[-1].proposal_id if finding.proposals else _TEXT
        )
    if what == "dismiss":
        return "office", Dismissed(finding.finding_id, _TEXT)
    return "office", Proposed(finding.finding_id, _TEXT, Circular("〔2026〕1号", _TEXT, None))


@settings(max_examples=300)
@given(_DRAWS)
def test_whatever_is_done_is_done_once_and_by_two(draws: list[tuple[str, int, int, str]]) -> None:
    ids = count(1000)
    measures = Measures(Policy(), Calendar({}), lambda: UUID(int=next(ids)))
    finish = lives.finished("24 10:00")
    case = Case(TICKET, COMPLAINT)
    case = fold(case, [finish, *decide(case, Follow(finish, measures))])
    for what, which, action, officer in draws:
        if not (found := _act(case, what, which)):
            continue
        asked = Supervise(UUID(int=action), found[0], officer, found[1], at("25 10:00"), measures)
        try:
            told = decide(case, asked)
        except Refused:
            continue
        case = fold(case, told)
        assert decide(case, asked) == []
        _holds(case)


def _holds(case: Case) -> None:
    findings = case.life.findings
    rounds = [one for finding in findings for one in finding.rounds]
    assert all(one.proposed_by != one.confirmed_by for one in rounds)
    assert all([one.round for one in found.rounds] == list(range(1, len(found.rounds) + 1)) for found in findings)
    assert all(bool(one.confirmed_at) is bool(one.rounds) for one in findings)
    assert len([one for one in findings if one.overturned_at]) == min(1, len(rounds))
    assert all(not (one.dismissal and one.rounds) for one in findings)
    assert all(one.report for one in rounds if one.check)
    assert all(not one.check.passed for found in findings for one in found.rounds[:-1] if one.check)
    assert all(one.check for found in findings for one in found.rounds[:-1])
