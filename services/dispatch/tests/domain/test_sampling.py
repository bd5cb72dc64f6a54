"""Which declined tickets are revisited (rules 2.3): by their ids and a percentage alone."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from contracts import actions
from contracts.actions import Act
from contracts.tickets import StepProposed, TicketDispatched, TicketOpened
from contracts.vocabulary import Channel, DispatchRule, ProposalKind, ReporterKind, TicketState
from dispatch.domain import Directory, Handle, Policy, Ticket, decide, fold, sampled

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
PROPOSAL, TEXT = UUID(int=1), UUID(int=2)
IDS = [UUID(int=number) for number in range(2000)]


def test_a_stated_share_is_sampled_and_always_the_same() -> None:
    drawn = {percent: {one for one in IDS if sampled(one, percent)} for percent in (0, 20, 50, 100)}
    assert (drawn[0], drawn[100]) == (set(), set(IDS))
    assert drawn[20] < drawn[50]
    assert [round(len(drawn[percent]) / len(IDS), 1) for percent in (20, 50)] == [0.2, 0.5]
    assert [number for number in range(20) if IDS[number] in drawn[20]] == [1, 3, 8, 9, 10, 12]


@pytest.fixture
def proposed() -> Ticket:
    """One that an officer of the unit wants to decline."""
    about: dict[str, Any] = {"ticket_id": UUID(int=7), "complaint_id": UUID(int=8)}
    kinds: dict[str, Any] = {"channel": Channel.WINDOW, "reporter_kind": ReporterKind.CITIZEN}
    step: dict[str, Any] = {"kind": ProposalKind.DECLINE, "reason_id": TEXT, "citation_id": TEXT, "by": "unit.hrss/1"}
    return fold(
        None,
        [
            TicketOpened(**about, **kinds, submitted_at=NOW, opened_at=NOW),
            TicketDispatched(**about, unit="hrss", rule=DispatchRule.BY_HAND, directory_version=1, dispatched_at=NOW),
            StepProposed(**about, **step, unit="hrss", proposal_id=PROPOSAL, proposed_at=NOW),
        ],
    )


def after(ticket: Ticket, do: Act, by_unit: str | None, percent: int) -> Ticket:
    policy = Policy(declined_sample_percent=percent)
    return fold(ticket, decide(ticket, Handle(UUID(int=3), do, by_unit, "2", NOW, Directory(), policy)))


@pytest.mark.parametrize(("percent", "expected"), [(0, False), (100, True)])
def test_a_declined_ticket_says_whether_it_is_sampled_until_it_is_opened_again(
    proposed: Ticket, percent: int, expected: bool
) -> None:
    declined = after(proposed, actions.Confirm(proposal_id=PROPOSAL), "hrss", percent)
    assert (declined.state, declined.handling.sampled) == (TicketState.DECLINED, expected)
    assert not after(declined, actions.Reopen(), None, percent).handling.sampled
