"""A department whose own system is away for three days: nothing waits for it, and nothing is lost or done twice."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from aiokafka import ConsumerRecord
from tests.deployment import Deployment, business
from tests.journeys.bus import body, headers
from tests.journeys.conftest import Town, living
from tests.journeys.doing import act, answers, asked, finish, kind, life, read, send, tickets_of
from tests.load.complaints import Generator

MONDAY = datetime.fromisoformat("2026-11-16T10:00:00+08:00")
CLOSE = "2026-11-17T17:00:00+08:00"
"""Of the first working day after the dispatch (rules 3.3)."""
THURSDAY = MONDAY + timedelta(days=3)
ACCEPT = {"action": "accept"}
CALLED = {"action": "contact", "method": "phone", "reached": True, "attempted_at": THURSDAY.isoformat()}
RETURN = {"action": "return", "reason": "not-our-matter"}


class Case(NamedTuple):
    """A complaint and its ticket."""

    complaint: str
    ticket: str


Burst = list[tuple[dict[str, Any], str | None]]
"""Actions, each with the code by which it must be refused."""


class System:
    """The unit's own system: what it has read goes with its group, wherever it was."""

    def __init__(self, unit: str) -> None:
        self.unit = unit

    async def reads(self, town: Town, last: str, *cases: Case) -> list[ConsumerRecord]:
        """What is new on its topic, up to the last fact of this type about one of these tickets."""
        wanted = Counter(one.ticket for one in cases)

        def enough(records: list[ConsumerRecord]) -> bool:
            return Counter(one.key.decode() for one in records if kind(one) == last) >= wanted

        group = f"unit.{self.unit}.away"
        return await read(town.login_of(self.unit), f"dispatch.{self.unit}", enough, group)


async def submitted(town: Town, unit: str | None = None) -> tuple[Case, str]:
    """A complaint of this Monday for the unit, or for any."""
    form, _, its = town.one("window")
    while unit not in (None, its):
        form, _, its = town.one("window")
    form["submitted_at"] = MONDAY.isoformat()
    complaint = (await town.submit(form))["complaint_id"]
    [ticket] = await tickets_of(town, complaint)
    return Case(complaint, ticket["ticket_id"]), its


async def test_a_department_that_was_away_for_three_days_catches_up(district: Deployment, generator: Generator) -> None:
    async with living(district, generator, BBCS_CLOCK=business(MONDAY)) as town:
        before, unit = await submitted(town)
        system = System(unit)
        await send(town, unit, asked(before.ticket, ACCEPT))
        await system.reads(town, "action.applied.v1", before)
        piled = [(await submitted(town, unit))[0] for _ in range(5)]
    async with living(district, generator, BBCS_CLOCK=business(THURSDAY)) as town:
        await _without_it(town, unit, piled)
        back = await system.reads(town, "ticket.accepted.v1", *piled)
        assert before.ticket.encode() not in {one.key for one in back}
        assert _deemed(back) == dict.fromkeys((one.ticket for one in piled), (True, "2026-11-17T09:00:00.000Z"))
        burst = await _late(town, piled, unit)
        await _says(town, unit, burst)
        burst += burst[:8]
        told = await _says(town, unit, burst, since=len(burst) - 8)
        expected = ((said["ticket_id"], said["action_id"], code) for said, code in burst)
        assert _in_order(_answered(burst, told)) == _in_order(expected)
        await _lived_once(town, told, piled)


async def _without_it(town: Town, unit: str, piled: list[Case]) -> None:
    """The close of its day passes; of one ticket the reporter thinks better, another the centre gives away."""
    for one in piled:
        deemed = await act(town, one.ticket, "centre", {"action": "deem-accepted", "effective_at": CLOSE})
        assert (deemed["state"], deemed["unit"]) == ("accepted", unit)
    assert (await act(town, piled[3].ticket, "centre", {"action": "withdraw"}))["state"] == "withdrawn"
    other = {"action": "dispatch-again", "unit": _another(town, unit), "reason_id": str(UUID(int=7))}
    assert (await act(town, piled[4].ticket, "centre", other))["unit"] == other["unit"]


def _another(town: Town, unit: str) -> str:
    return next(its for _, _, its in iter(lambda: town.one("window"), None) if its != unit)


def _deemed(records: list[ConsumerRecord]) -> dict[str, tuple[bool, str]]:
    told = [body(one) for one in records if kind(one) == "ticket.accepted.v1"]
    return {one["ticket_id"]: (one["deemed"], one["accepted_at"]) for one in told}


async def _late(town: Town, piled: list[Case], unit: str) -> Burst:
    """What it would have said for days, some of it twice; and how each must be answered."""
    plain, twice, stale, withdrawn, given_away = (one.ticket for one in piled)
    done = [await finish(town, one.complaint, unit) for one in piled[:3]]
    called = asked(twice, CALLED)
    burst: Burst = [
        (asked(plain, ACCEPT), None),
        (asked(twice, ACCEPT), None),
        (asked(stale, done[2], version=2), "ticket.stale"),
        (asked(withdrawn, ACCEPT), "ticket.closed"),
        (called, None),
        (asked(given_away, ACCEPT), "ticket.not-yours"),
        (asked(plain, RETURN), "ticket.accepted"),
        (asked(plain, done[0]), None),
        (called, None),
        (asked(stale, done[2], version=3), None),
        (asked(twice, done[1]), None),
        (asked(plain, CALLED), "ticket.closed"),
        (called | {"do": RETURN}, "action.different-body"),
        (asked(str(UUID(int=8)), ACCEPT), "ticket.unknown"),
    ]
    return burst


async def _says(town: Town, unit: str, burst: Burst, since: int = 0) -> list[ConsumerRecord]:
    """All that it is told until the whole burst is answered, of which it says only what comes `since` now."""
    await send(town, unit, *(said for said, _ in burst[since:]))
    return await read(town.login_of(unit), f"dispatch.{unit}", lambda found: _all_answered(burst, found))


def _all_answered(burst: Burst, records: list[ConsumerRecord]) -> bool:
    found = answers(records)
    return sum(len(found.get(id_, ())) for id_ in {said["action_id"] for said, _ in burst}) == len(burst)


def _in_order(answered: Iterable[tuple[str, str, str | None]]) -> dict[str, list[tuple[str, str | None]]]:
    """Action ids with their codes, in order for each ticket."""
    found: dict[str, list[tuple[str, str | None]]] = {}
    for ticket, action_id, code in answered:
        found.setdefault(ticket, []).append((action_id, code))
    return found


def _answered(burst: Burst, records: list[ConsumerRecord]) -> Iterator[tuple[str, str, str | None]]:
    ours = {said["action_id"] for said, _ in burst}
    for one in records:
        if kind(one).startswith("action.") and (said := body(one))["action_id"] in ours:
            yield said["ticket_id"], said["action_id"], said.get("code")


LIVES = (
    ["ticket.accepted.v1", "ticket.finished.v1"],
    ["ticket.accepted.v1", "contact.attempted.v1", "ticket.finished.v1"],
    ["ticket.accepted.v1", "ticket.finished.v1"],
    ["ticket.accepted.v1", "ticket.withdrawn.v1"],
    ["ticket.accepted.v1", "ticket.dispatched.v1"],
)


async def _lived_once(town: Town, records: list[ConsumerRecord], piled: list[Case]) -> None:
    """Every ticket has had its facts once, in order, and the unit was told each."""
    for one, lived in zip(piled, LIVES, strict=True):
        types = ["ticket.opened.v1", "ticket.dispatched.v1", *lived]
        told = await life(town, one.ticket, *types)
        assert list(map(kind, told)) == types
        [ticket] = await tickets_of(town, one.complaint)
        assert ticket["version"] == len(told)
        mine = [record for record in records if record.key == one.ticket.encode()]
        heard = [record for record in mine if not kind(record).startswith("action.")]
        assert list(map(body, heard)) == list(map(body, told[1:]))
        assert [int(headers(record)["ce_sequence"]) for record in mine] == list(range(1, len(mine) + 1))
