"""Random lives after the reply: whatever happens, said again it is nothing new, and what was heard stays."""

from dataclasses import replace
from itertools import count
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.testing import lives
from chassis.testing.lives import COMPLAINT, SAID, TICKET, at
from contracts import tickets
from contracts.refusals import Refused
from contracts.vocabulary import ContactMethod, RevisitKind, RevisitOutcome, RevisitResult
from revisit.domain import Attempt, Calendar, Case, Command, Follow, Heard, Measures, Policy, decide, fold

_IDS = count(1000)
_MEASURES = Measures(Policy(attempts=2), Calendar({}), lambda: UUID(int=next(_IDS)))
_WHEN = st.builds(lambda day, hour: f"{day:02} {hour:02}:00", st.integers(2, 29), st.integers(9, 16))
_FACTS = st.one_of(
    st.builds(lives.finished, _WHEN),
    st.builds(
        lambda when: tickets.TicketReopened(**SAID, unit="hrss", round=2, reopened_at=at(when), by="centre/1"), _WHEN
    ),
)
_HEARD = st.none() | st.builds(Heard, st.integers(1, 5), solved=st.booleans())
_ATTEMPTS = st.builds(
    Attempt,
    revisit_id=st.integers(0, 5).map(lambda number: UUID(int=number)),
    action_id=st.integers(0, 3).map(lambda number: UUID(int=number)),
    caller=st.sampled_from([None, "hrss", "hrss", "tax"]),
    officer=st.sampled_from(["7", "0412"]),
    outcome=st.sampled_from(RevisitOutcome),
    method=st.just(ContactMethod.PHONE),
    attempted_at=_WHEN.map(at),
    heard=_HEARD,
    at=st.just(at("30 10:00")),
    measures=st.just(_MEASURES),
)
_LIVES = st.lists(_FACTS | _ATTEMPTS, max_size=30)


def _command(case: Case, drawn: tickets.TicketFact | Attempt) -> Command:
    """An attempt is drawn on the so-manieth revisit, since nobody knows its id before."""
    if not isinstance(drawn, Attempt):
        return Follow(drawn, _MEASURES)
    revisits = case.life.revisits
    return replace(drawn, revisit_id=revisits[drawn.revisit_id.int % len(revisits)].revisit_id) if revisits else drawn


@settings(max_examples=400)
@given(_LIVES)
def test_a_command_that_was_accepted_is_nothing_new_when_it_is_said_again(
    life: list[tickets.TicketFact | Attempt],
) -> None:
    case = Case(TICKET, COMPLAINT)
    for drawn in life:
        command = _command(case, drawn)
        try:
            told = decide(case, command)
        except Refused:
            continue
        case = fold(case, [command.fact, *told] if isinstance(command, Follow) else told)
        assert decide(case, command) == []
        _holds(case)


def _holds(case: Case) -> None:
    asked = case.life.revisits
    assert all(one.finish == case.finishes and case.closed_at for one in asked if one.open)
    assert len({(one.kind, one.finish) for one in asked}) == len(asked)
    answered = {one.revisit_id for one in asked if one.result is RevisitResult.ANSWERED}
    assert answered == {one.revisit_id for one in case.life.answers}
    assert len(case.life.answers) == len(answered)
    assert all(len(one.attempts) <= 2 or one.result is RevisitResult.ANSWERED for one in asked)
    centre = [tried for one in asked if one.kind is RevisitKind.CENTRE for tried in one.attempts]
    assert all(tried.by == "centre/7" for tried in centre)
