"""What becomes of tickets whose units were dissolved, without any server."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from services.dispatch.tests.domain.test_acting import (
    ASK,
    ASSIST,
    DECLINE,
    FINISH,
    NOW,
    REOPEN,
    TEXT,
    accepted,
    after,
    code,
    dissolution,
    handle,
)

from contracts import actions
from contracts.tickets import TicketDispatched, TicketQueuedForManualDispatch
from contracts.vocabulary import AssistState, DispatchRule, QueueReason, TicketState
from dispatch.domain import Rehome, decide, helpers, sees


def test_a_dissolved_lead_s_ticket_goes_to_its_successor_and_the_clock_runs_on() -> None:
    """rules 3.2: accepted_at is the first acceptance, whoever has the ticket."""
    gone = dissolution("hrss", heir="town")
    [told] = decide(accepted(), gone)
    assert isinstance(told, TicketDispatched)
    assert told.topics == ("tickets", "dispatch.town", "dispatch.hrss")
    assert (told.by, told.directory_version) == (None, 2)
    moved = after(accepted(), gone)
    assert (moved.unit, moved.rule, moved.state) == ("town", DispatchRule.SUCCESSOR, TicketState.DISPATCHED)
    assert moved.handling.accepted_at == NOW
    assert not sees("hrss", moved)
    later = handle(actions.Accept(), "town", at=NOW + timedelta(days=1))
    assert after(moved, later).handling.accepted_at == NOW
    assert code(moved, FINISH) == "ticket.not-yours"


def test_without_a_successor_the_centre_s_hand_decides_and_who_had_it_is_told() -> None:
    [told] = decide(after(accepted(), handle(actions.Delegate(to="hrss-town"))), dissolution("hrss"))
    assert isinstance(told, TicketQueuedForManualDispatch)
    assert told.topics == ("tickets", "dispatch.hrss", "dispatch.hrss-town")
    queued = after(accepted(), dissolution("hrss"))
    assert (queued.state, queued.unit, queued.queue_reason) == (TicketState.QUEUED, None, QueueReason.UNIT_DISSOLVED)
    assert queued.handling.accepted_at == NOW


def test_a_successor_that_is_dissolved_itself_is_followed_to_its_own() -> None:
    chain = replace(dissolution("hrss", "tax").directory, dissolved={"hrss": "tax", "tax": "town"})
    assert after(accepted(), Rehome(NOW, chain)).unit == "town"
    circle = replace(chain, dissolved={"hrss": "tax", "tax": "hrss"})
    assert after(accepted(), Rehome(NOW, circle)).queue_reason == QueueReason.UNIT_DISSOLVED


def test_an_assist_of_a_dissolved_unit_lapses_and_the_lead_is_told_and_may_finish() -> None:
    assisted = after(accepted(), ASK)
    [told] = decide(assisted, dissolution("tax"))
    assert told.topics == ("tickets", "dispatch.hrss", "dispatch.tax")
    lapsed = after(assisted, dissolution("tax"))
    assert [one.state for one in lapsed.handling.assists] == [AssistState.LAPSED]
    assert (helpers(lapsed), sees("tax", lapsed)) == ((), False)
    assert code(lapsed, handle(actions.AnswerAssist(assist_id=ASSIST, answer_id=TEXT), "tax")) == "assist.closed"
    assert after(lapsed, FINISH).state == TicketState.FINISHED


def test_an_assist_lapses_with_the_lead_that_asked_for_it() -> None:
    """rules 3.6: it is the lead's, and its due at most the lead's; who takes over asks anew."""
    lapsed, moved = decide(after(accepted(), ASK), dissolution("hrss", heir="town"))
    assert lapsed.topics == ("tickets", "dispatch.hrss", "dispatch.tax")
    assert isinstance(moved, TicketDispatched)
    assert moved.former == ("hrss", "tax")


def test_work_of_a_dissolved_delegate_is_back_with_the_unit_above_it() -> None:
    chain = [handle(actions.Delegate(to="hrss-town")), handle(actions.Delegate(to="hrss-village"), "hrss-town")]
    lower = after(accepted(), *chain)
    for gone, kept in ((("hrss-town",), []), (("hrss-village",), ["hrss-town"]), (("hrss-town", "hrss-village"), [])):
        [told] = decide(lower, dissolution(*gone))
        assert told.topics == ("tickets", "dispatch.hrss", "dispatch.hrss-town", "dispatch.hrss-village")
        assert [one.unit for one in after(lower, dissolution(*gone)).handling.delegations] == kept


def test_a_step_that_a_former_unit_proposed_falls_with_its_part() -> None:
    moved = after(accepted(), DECLINE, dissolution("hrss", heir="town"))
    assert moved.handling.proposal is None
    accept, again = handle(actions.Accept(), "town"), replace(DECLINE, by_unit="town", action_id=UUID(int=9))
    assert after(moved, accept, again).handling.proposal


@pytest.mark.parametrize(("heir", "state"), [("town", TicketState.DISPATCHED), (None, TicketState.QUEUED)])
def test_a_reopened_ticket_of_a_dissolved_unit_goes_to_who_takes_over(heir: str | None, state: TicketState) -> None:
    gone = dissolution("hrss", heir=heir)
    finished = after(accepted(), FINISH)
    assert decide(finished, gone) == []
    again = after(finished, replace(REOPEN, directory=gone.directory))
    assert (again.unit, again.state, again.handling.accepted_at) == (heir, state, NOW)
