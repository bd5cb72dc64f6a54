"""`bbcs trace`, over the services' logs: every fact about a complaint in the order of cause and effect."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis import outbox
from chassis.cli.course import Told, course
from chassis.cli.databases import variable
from chassis.clock import new_id
from chassis.db import Database, migrate, rows
from chassis.testing.lives import COMPLAINT, OTHER, TICKET, accepted, at, dispatched, opened
from chassis.work import Cause, Work
from contracts import clocks
from contracts.base import Fact
from contracts.complaints import ComplaintLinked, ComplaintRegistered
from contracts.facts import FACTS
from contracts.vocabulary import ChangeCause, Channel, ClockKind, Light, ReporterKind, Verdict
from stack.testing.servers import Servers

EXAMPLES = Path(__file__).parents[3] / "contracts" / "examples"
TRACED = {"complaints", "tickets", "clocks", "alerts", "revisits", "improvements"}
HANDLE: dict[str, Any] = {"ticket_id": TICKET, "complaint_id": COMPLAINT, "ref": "1", "unit": "hrss"} | {
    "due_at": at("28 17:00"),
    "policy": 1,
    "calendar": 1,
}


def registered(complaint: UUID = COMPLAINT) -> ComplaintRegistered:
    said: dict[str, Any] = {"channel": Channel.WINDOW, "reporter_kind": ReporterKind.CITIZEN}
    return ComplaintRegistered(
        complaint_id=complaint, submitted_at=at("24 08:55"), registered_at=at("24 08:56"), **said
    )


def started() -> clocks.ClockStarted:
    more: dict[str, Any] = {
        "light": Light.GREEN,
        "term": "handle.general",
        "provisional": False,
        "yellow_at": at("27 17:00"),
    }
    return clocks.ClockStarted(
        **HANDLE, **more, clock=ClockKind.HANDLE, started_at=at("25 10:00"), noticed_at=at("25 10:00")
    )


def turned(clock: ClockKind, light: Light, when: str, noticed: str) -> clocks.ClockTurned:
    more: dict[str, Any] = {"previous": Light.GREEN, "cause": ChangeCause.TIME}
    return clocks.ClockTurned(**HANDLE, **more, clock=clock, light=light, effective_at=at(when), noticed_at=at(noticed))


def stopped(when: str) -> clocks.ClockStopped:
    more: dict[str, Any] = {"light": Light.YELLOW, "verdict": Verdict.MET, "late_on_record": False}
    return clocks.ClockStopped(**HANDLE, **more, clock=ClockKind.HANDLE, stopped_at=at(when), noticed_at=at(when))


class Logs:
    """The services' logs, into which facts are told at given instants."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk

    def tell(self, service: str, when: str, *facts: Fact, because: UUID | None = None) -> list[UUID]:
        """Their ids."""
        return asyncio.run(self._tell(service, at(when), facts, because))

    async def _tell(self, service: str, now: datetime, facts: Sequence[Fact], because: UUID | None) -> list[UUID]:
        database = Database(self.desk.environment[variable(service)], "test")
        async with database.transaction() as session:
            work = Work(session, now, None, {id(facts): Cause(because, "a complaint")})
            work.tell(*facts, because=facts)
            await outbox.append(work)
        await database.close()
        return list(dict.fromkeys(one.id for one in work.told))

    def set(self, service: str, sql: str) -> None:
        """Do something to the service's log."""
        asyncio.run(self._set(service, sql))

    async def _set(self, service: str, sql: str) -> None:
        database = Database(self.desk.environment[variable(service)], "test")
        async with database.transaction() as session:
            await rows(session, sql)
        await database.close()


@pytest.fixture
def logs(bbcs: Any, servers: Servers) -> Logs:
    """The logs of all services, empty."""
    for point in entry_points(group="bbcs.services"):
        bbcs.environment[variable(point.name)] = servers.make_database(point.name)
        migrate(point.load().migrations, bbcs.environment[variable(point.name)])
    return Logs(bbcs)


@pytest.fixture
def lived(logs: Logs) -> Logs:
    """A complaint that was registered, dispatched, accepted and turned yellow; told by three services."""
    [came] = logs.tell("intake", "24 08:56", registered())
    logs.tell("dispatch", "24 08:57", opened(), dispatched("24 08:57"), because=came)
    [taken] = logs.tell("dispatch", "25 10:00", accepted(told_to=("hrss",)))
    logs.tell("sla-monitor", "25 09:59", started(), because=taken)  # its machine's clock is a minute behind
    logs.tell("sla-monitor", "28 09:00", turned(ClockKind.HANDLE, Light.YELLOW, "27 17:00", "28 09:00"))
    logs.tell("sla-monitor", "28 09:00", turned(ClockKind.CONTACT, Light.OVERDUE, "26 17:00", "28 09:00"))
    logs.tell("sla-monitor", "28 11:00", stopped("28 10:30"))
    logs.tell("intake", "24 08:56", registered(OTHER))
    return logs


def test_facts_stand_in_the_order_of_cause_and_effect_whoever_told_them(lived: Logs) -> None:
    shown = lived.desk("trace", str(TICKET), "--json").json
    assert (shown["complaints"], shown["tickets"], shown["missing"]) == ([str(COMPLAINT)], [str(TICKET)], [])
    facts = shown["facts"]
    assert [(one["producer"], one["type"].split(".")[1], one["depth"]) for one in facts[:5]] == [
        ("intake", "registered", 0),
        ("dispatch", "opened", 1),
        ("dispatch", "dispatched", 1),
        ("dispatch", "accepted", 0),
        ("sla-monitor", "started", 1),
    ]
    assert {str(OTHER)}.isdisjoint(one["fact"]["complaint_id"] for one in facts)
    assert facts[3]["topics"] == ["tickets", "dispatch.hrss"]


def test_each_shows_when_it_was_so_and_under_which_colour(lived: Logs) -> None:
    facts = lived.desk("trace", str(TICKET), "--json").json["facts"]
    assert [(one["type"].split(".")[1], one["at"], one["colour"]) for one in facts[2:]] == [
        ("dispatched", "2026-11-24T00:57:00.000Z", None),
        ("accepted", "2026-11-25T02:00:00.000Z", "green"),
        ("started", "2026-11-25T02:00:00.000Z", "green"),
        ("turned", "2026-11-27T09:00:00.000Z", "yellow"),
        ("turned", "2026-11-26T09:00:00.000Z", "green"),
        ("stopped", "2026-11-28T02:30:00.000Z", "yellow"),
    ]
    assert facts[5]["told_at"] == "2026-11-28T01:00:00.000Z"


def test_people_see_a_table_with_codes_and_no_ids_that_are_everywhere(lived: Logs) -> None:
    answer = lived.desk("trace", str(COMPLAINT))  # no ticket of dispatch's: what intake told is found
    assert (answer.code, answer.out.count("\n")) == (0, 3)
    first, *lines = lived.desk("trace", str(TICKET)).out.splitlines()
    assert first == f"complaint {COMPLAINT}   ticket {TICKET}"
    [yellow] = [line for line in lines if "clock=handle" in line and "turned" in line]
    assert yellow.split()[:5] == ["2026-11-27T09:00:00.000Z", "57600", "s", "sla-monitor", "yellow"]
    assert any("  clock.started.v1" in line for line in lines)
    assert all(str(COMPLAINT) not in line for line in lines)


def test_one_that_goes_on_in_another_is_shown_with_that(lived: Logs) -> None:
    lived.tell(
        "intake", "25 09:00", ComplaintLinked(complaint_id=OTHER, to_complaint_id=COMPLAINT, linked_at=at("25 09:00"))
    )
    keys = {one["key"] for one in lived.desk("trace", str(OTHER), "--json").json["facts"]}
    assert keys == {str(OTHER), str(COMPLAINT)}


def test_one_that_the_city_sent_begins_with_its_feedback(lived: Logs) -> None:
    fact = FACTS["feedback.received.v1"].parse((EXAMPLES / "feedback.received.v1.json").read_bytes())
    lived.tell("portal-bridge", "24 08:50", fact)
    lived.set(
        "portal-bridge",
        f"""INSERT INTO feedback (city_key, fingerprint, way, place_code, unit_credit_code, pf, assess_number,
            default_rating, happened_at, received_at, entered_at, state, reason, complaint_id)
        VALUES ('{fact.key}', '', 'push', '', '', 2, 1, false, now(), now(), now(), 'registered', 'words',
            '{COMPLAINT}')""",
    )
    first = lived.desk("trace", str(TICKET), "--json").json["facts"][0]
    assert (first["producer"], first["key"]) == ("portal-bridge", fact.key)


def test_what_a_newer_version_told_is_shown_without_what_it_says(lived: Logs) -> None:
    lived.set("dispatch", "UPDATE log SET type = 'ticket.accepted.v9' WHERE type = 'ticket.accepted.v1'")
    assert "ticket.accepted.v9" in lived.desk("trace", str(TICKET)).out
    [newer] = [one for one in lived.desk("trace", str(TICKET), "--json").json["facts"] if one["fact"] is None]
    assert (newer["at"], newer["colour"]) == ("2026-11-25T02:00:00.000Z", None)


def test_a_service_that_is_away_is_named_and_the_others_are_shown(lived: Logs) -> None:
    lived.desk.environment[variable("intake")] = "postgresql+asyncpg://nobody:nothing@127.0.0.1:1/intake"
    answer = lived.desk("trace", str(TICKET), "--json")
    assert answer.code == 1
    assert answer.err.startswith("This is not all. The database of intake does not answer")
    assert [one["service"] for one in answer.json["missing"]] == ["intake"]
    assert {one["producer"] for one in answer.json["facts"]} == {"dispatch", "sla-monitor"}


def test_what_nobody_told_of_is_one_sentence(lived: Logs) -> None:
    unknown = UUID(int=77)
    answer = lived.desk("trace", str(unknown))
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith(f"Nothing was told of {unknown}")


def told(type_: str, **more: Any) -> Told:
    fact = FACTS[type_].parse((EXAMPLES / f"{type_}.json").read_bytes())
    long_after = datetime(2030, 1, 1, tzinfo=UTC)
    return Told(str(new_id(long_after)), "service", (fact.TOPIC,), fact.key, 1, type_, long_after, None, fact)


@pytest.mark.parametrize("type_", sorted(name for name, model in FACTS.items() if model.TOPIC in TRACED))
def test_every_fact_says_since_when_it_is_so(type_: str) -> None:
    one = told(type_)
    assert one.at < one.told_at - timedelta(days=1)


def test_a_corrected_light_holds_from_the_instant_of_the_wrong_one() -> None:
    def fact(number: int, value: Fact) -> Told:
        return Told(
            str(number), "sla-monitor", ("clocks",), str(TICKET), number, value.TYPE, at("29 09:00"), None, value
        )

    wrong = fact(2, turned(ClockKind.HANDLE, Light.RED, "27 17:00", "28 09:00"))
    right = fact(3, turned(ClockKind.HANDLE, Light.GREEN, "27 17:00", "28 09:30"))
    steps = course([right, wrong, fact(1, started())])
    assert [step.lit.light for step in steps if step.lit] == [Light.GREEN, Light.GREEN, Light.GREEN]
    assert [step.told.sequence for step in steps] == [1, 2, 3]
