"""After the reply, over the whole bus: asked again, judged, put right, explained, said in one tap, and improved."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

import httpx2
import pytest
from tests.deployment import Deployment, until
from tests.journeys.bus import body, seen
from tests.journeys.conftest import Town, living
from tests.journeys.doing import act, finish
from tests.load.complaints import Generator

from chassis.clock import SystemClock
from contracts import topics

_PATIENCE_S = 60.0
_NUMBERS = count(1 << 64)
_CODES = {"matter_code", "place_code"}
GOOD = {"rating": 5, "solved": True}
BAD = {"rating": 2, "solved": True}
UNSOLVED = {"rating": 1, "solved": False}


class Case(NamedTuple):
    """A ticket that was finished: its unit, for what, and what the reporter was given."""

    ticket: str
    unit: str
    codes: dict[str, Any]
    receipt: str
    secret: str


@dataclass(frozen=True, slots=True)
class Office:
    """The district after its replies, with a client of revisit; two finishes for the same make a blockage there."""

    town: Town
    revisit: httpx2.AsyncClient

    async def replied(self, like: Case | None = None) -> Case:
        """A complaint that was dispatched, accepted and finished; about the same as another case."""
        form, _, unit = next(one for one in iter(lambda: self.town.one("window"), None) if one[0].keys() >= _CODES)
        codes, unit = (like.codes, like.unit) if like else ({name: form[name] for name in _CODES}, unit)
        given = await self.town.submit(form | codes)
        told = body(await seen(self.town.login_of(unit), f"dispatch.{unit}", given["complaint_id"]))
        ticket = str(told["ticket_id"])
        await act(self.town, ticket, f"unit.{unit}", {"action": "accept"})
        await act(self.town, ticket, f"unit.{unit}", await finish(self.town, given["complaint_id"], unit))
        return Case(ticket, unit, codes, given["receipt"], given["secret"])

    async def see(self, case: Case, holds: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """What is shown of its ticket, as soon as it is so."""
        found: dict[str, Any] = {}

        async def so() -> bool:
            address, who = f"/v1/tickets/{case.ticket}/revisits", self.town.district.bearer("centre")
            answer = await self.revisit.get(address, headers=who)
            found.update(answer.json() if answer.is_success else {})
            return bool(found and holds(found))

        await until(so, _PATIENCE_S, lambda: f"what was shown last: {found}")
        return found

    async def say(self, who: str, path: str, officer: str = "1", **said: Any) -> dict[str, Any]:
        """What revisit answers to somebody who does something."""
        asked = {"action_id": str(UUID(int=next(_NUMBERS))), "officer": officer} | said
        answer = await self.revisit.post(path, json=asked, headers=self.town.district.bearer(who))
        assert answer.is_success, answer.text
        return dict(answer.json())

    async def ask(self, case: Case, kind: str, answer: dict[str, Any]) -> None:
        """Whoever asks again has the reporter on the telephone."""
        shown = await self.see(case, lambda one: kind in _open(one))
        who = f"unit.{case.unit}" if kind == "unit" else "centre"
        said = {"outcome": "reached", "method": "phone", "attempted_at": SystemClock().now().isoformat()}
        path = f"/v1/revisits/{_open(shown)[kind]}/attempts"
        await self.say(who, path, "9", **said, answer=answer)

    async def opened(self, finding: str) -> str:
        """The round that two persons of the office open of a finding."""
        circular = {"number": "〔2026〕12号", "text_id": _text()}
        path = f"/v1/findings/{finding}"
        shown = await self.say("office", f"{path}/proposals", reason_id=_text(), circular=circular)
        proposal = shown["proposal"]["proposal_id"]
        shown = await self.say("office", f"{path}/confirmations", "2", proposal_id=proposal)
        return str(shown["rounds"][-1]["round_id"])

    async def checked(self, case: Case, round_: str, *, passed: bool) -> dict[str, Any]:
        """The round after its unit has put it right and the centre has looked at it."""
        await self.say(f"unit.{case.unit}", f"/v1/rounds/{round_}/rectifications", text_id=_text())
        return await self.say("centre", f"/v1/rounds/{round_}/checks", passed=passed, reason_id=_text())

    async def improvement(self, case: Case, state: str) -> str:
        """The id of what is improved about the case's matter, as soon as it stands so."""
        found: list[str] = []

        async def stands() -> bool:
            answer = await self.revisit.get(
                "/v1/improvements", params={"state": state}, headers=self.town.district.bearer("centre")
            )
            matter = case.codes["matter_code"]
            found[:] = [one["improvement_id"] for one in answer.json() if one["matter_code"] == matter]
            return bool(found)

        await until(stands, _PATIENCE_S, f"an improvement that is {state}")
        return found[0]


def _open(shown: dict[str, Any]) -> dict[str, str]:
    """Who still has to ask."""
    return {one["kind"]: one["revisit_id"] for one in shown["revisits"] if one["result"] is None}


def _text() -> str:
    return str(UUID(int=next(_NUMBERS)))


@pytest.fixture(scope="module")
async def office(district: Deployment, generator: Generator) -> AsyncIterator[Office]:
    """The district with one process of each service."""
    async with (
        living(district, generator, topics.SERVICES, BBCS_REVISIT_BLOCKAGE_FINISHES="2") as town,
        httpx2.AsyncClient(base_url=district.url("revisit"), timeout=10) as revisit,
    ):
        yield Office(town, revisit)


async def test_whoever_is_satisfied_is_asked_by_two_and_nothing_is_flagged(office: Office) -> None:
    case = await office.replied()
    await office.ask(case, "unit", GOOD)
    await office.ask(case, "centre", GOOD)
    shown = await office.see(case, lambda one: not _open(one))
    [compared] = shown["answers"]
    assert (compared["unit"]["rating"], compared["centre"]["rating"], compared["agree"]) == (5, 5, True)
    assert (shown["findings"], shown["bad_ratings"]) == ([], [])


async def test_a_contradiction_is_found_put_right_in_two_rounds_and_passed(office: Office) -> None:
    """rules 5.2, 5.3: what the unit heard is not what the centre hears."""
    case = await office.replied()
    await office.ask(case, "unit", GOOD)
    await office.ask(case, "centre", UNSOLVED)
    shown = await office.see(case, lambda one: len(one["findings"]) == 2)
    [finding] = [one["finding_id"] for one in shown["findings"] if one["finding"] == "false-report"]
    first = await office.opened(finding)
    await office.checked(case, first, passed=False)
    second = await office.opened(finding)
    await office.checked(case, second, passed=True)
    [judged] = [one for one in (await office.see(case, bool))["findings"] if one["finding_id"] == finding]
    assert [(one["round_id"], one["check"]["passed"]) for one in judged["rounds"]] == [(first, False), (second, True)]
    assert judged["overturned_at"] == judged["confirmed_at"]


async def test_a_bad_rating_is_explained_and_the_reporter_asked_a_second_time(office: Office) -> None:
    """rules 5.4: nothing is flagged, for all say that it is solved."""
    case = await office.replied()
    await office.ask(case, "unit", GOOD)
    await office.ask(case, "centre", BAD)
    [rating] = (await office.see(case, lambda one: one["bad_ratings"]))["bad_ratings"]
    path = f"/v1/ratings/{rating['answer_id']}/explanations"
    await office.say(f"unit.{case.unit}", path, how="explained", text_id=_text())
    await office.ask(case, "second", GOOD)
    shown = await office.see(case, lambda one: not _open(one))
    assert shown["answers"][0]["second"]["rating"] == GOOD["rating"]
    assert (shown["findings"], shown["bad_ratings"][0]["reply"]["late"]) == ([], False)


async def test_in_one_tap_the_reporter_says_that_it_is_not_solved(office: Office) -> None:
    """rules 5.2: by receipt and secret, through intake."""
    case = await office.replied()
    word = {"word_id": _text(), "secret": case.secret, "solved": False}
    address, who = f"/v1/complaints/{case.receipt}/words", office.town.district.bearer("channel.citizen-app")

    async def taken() -> bool:
        answer = await office.town.intake.post(address, json=word, headers=who)
        return answer.is_success

    await until(taken, _PATIENCE_S, "intake to know that it is closed")
    shown = await office.see(case, lambda one: one["findings"])
    assert [(one["finding"], one["why"]) for one in shown["findings"]] == [("unsolved", "said-unsolved")]
    assert shown["answers"][0]["reporter"]["answer_id"] in shown["findings"][0]["answers"]


async def test_a_blockage_becomes_an_improvement_and_comes_back(office: Office) -> None:
    """rules 5.5: the second finish for the same makes it one, the third says that it is back."""
    first = await office.replied()
    await office.replied(first)
    path = f"/v1/improvements/{await office.improvement(first, 'proposed')}"
    await office.say("centre", f"{path}/owners", unit=first.unit)
    await office.say(f"unit.{first.unit}", f"{path}/measures", measure="materials-reduced")
    await office.say(f"unit.{first.unit}", f"{path}/results", result="removed")
    again = await office.replied(first)
    assert await office.improvement(first, "returned") == path.rpartition("/")[2]
    shown = (await office.revisit.get(path, headers=office.town.district.bearer("centre"))).json()
    assert [one["returned_by"] for one in shown["returns"]] == [again.ticket]
