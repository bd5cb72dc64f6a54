"""The reporter's own word, as intake tells it: an answer beside the others, in time, once a finish (rules 5.2)."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.testing import lives
from chassis.testing.lives import COMPLAINT, SAID, TICKET, at
from contracts import tickets
from contracts.complaints import ComplaintRated
from contracts.vocabulary import DayStatus
from revisit import usecases


def rated(when: str = "25 09:00", closed: str = "24 10:00", word: int = 90, **said: Any) -> ComplaintRated:
    """The reporter says that it is not solved, with changes."""
    ids: dict[str, Any] = {"ticket_id": TICKET, "complaint_id": COMPLAINT, "word_id": UUID(int=word)}
    about: dict[str, Any] = {"closed_at": at(closed), "rated_at": at(when)}
    return ComplaintRated(**ids, **about, **({"rating": None, "solved": False} | said))


async def hear(desk: Any, *facts: ComplaintRated) -> None:
    async with desk.harness.work() as work:
        await usecases.hear(work, facts)


async def seen(desk: Any, who: str = "centre") -> Any:
    return (await desk.get(f"/v1/tickets/{TICKET}/revisits", who)).json()


async def flagged(desk: Any) -> list[tuple[str, str, int]]:
    return [(one["finding"], one["why"], len(one["answers"])) for one in (await seen(desk))["findings"]]


async def attempt(desk: Any, unit: str, who: str, body: Any) -> None:
    [first, *_] = await desk.worklist(unit)
    answer = await desk.post(f"/v1/revisits/{first['revisit_id']}/attempts", who, **body)
    assert answer.status_code == 200, answer.text


async def test_one_tap_is_flagged_and_stands_beside_the_others(desk: Any, tried: Any) -> None:
    await hear(desk, rated())
    await hear(desk, rated())
    assert await flagged(desk) == [("unsolved", "said-unsolved", 1)]

    await attempt(desk, "hrss", "unit.hrss", tried())

    [answers] = (await seen(desk))["answers"]
    assert (answers["unit"]["solved"], answers["reporter"]["solved"], answers["agree"]) == (True, False, False)
    assert answers["reporter"]["answer_id"] == str(UUID(int=90))
    assert await flagged(desk) == [("unsolved", "said-unsolved", 1), ("false-report", "contradiction", 2)]


async def test_what_contradicts_unit_and_centre_is_flagged_once_with_all_answers(desk: Any, tried: Any) -> None:
    await attempt(desk, "hrss", "unit.hrss", tried())
    desk.at("26 10:00")
    await attempt(desk, "centre", "centre", tried(2, "2026-11-26T09:30:00+08:00"))
    await hear(desk, rated("26 09:45"))
    assert await flagged(desk) == [("unsolved", "said-unsolved", 1), ("false-report", "contradiction", 3)]


async def test_a_bad_rating_by_the_reporter_is_to_be_explained_once_the_unit_has_asked(desk: Any, tried: Any) -> None:
    await hear(desk, rated(rating=1, solved=True))
    assert "rating.questioned.v1" not in await desk.told()
    assert (await seen(desk, "unit.hrss"))["answers"] == [], "it does not know before it has asked itself"
    await attempt(desk, "hrss", "unit.hrss", tried())
    assert (await desk.told()).count("rating.questioned.v1") == 1


async def test_a_word_that_comes_before_its_finish_waits_for_it(bare_desk: Any, dates: Any) -> None:
    await bare_desk.set_days(*dates(date(2026, 11, 1), 90))
    await hear(bare_desk, rated())
    assert await bare_desk.told() == []
    await bare_desk.follow(lives.opened(), lives.dispatched(), lives.finished("24 10:00"))
    assert await flagged(bare_desk) == [("unsolved", "said-unsolved", 1)]


@pytest.mark.parametrize(("when", "counts"), [("30 16:59", True), ("30 17:00", True), ("30 17:01", False)])
async def test_it_counts_for_five_working_days(when: str, counts: bool, desk: Any, dates: Any) -> None:
    [saturday] = dates(date(2026, 11, 28), 1, revision=2, status=DayStatus.SHIFTED)
    await desk.set_days(saturday)
    await hear(desk, rated(when))
    assert bool(await flagged(desk)) is counts


async def test_each_finish_has_a_word_of_its_own(desk: Any) -> None:
    await hear(desk, rated())
    reopened = tickets.TicketReopened(**SAID, unit="hrss", round=2, reopened_at=at("25 11:00"), by="centre/1")
    await desk.follow(reopened, lives.finished("25 16:00"))
    await hear(desk, rated("26 09:00", "24 10:00", 91), rated("26 10:00", "25 16:00", 92, rating=5, solved=True))
    answers = (await seen(desk))["answers"]
    assert [(one["finish"], one["reporter"]["answer_id"]) for one in answers] == [
        (1, str(UUID(int=90))),
        (2, str(UUID(int=92))),
    ]
