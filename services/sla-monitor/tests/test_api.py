"""The HTTP doors on the real PostgreSQL."""

from typing import Any

import pytest

from contracts.refusals import REFUSALS

ACCEPTED = "2026-09-18T17:00:00+08:00"


def refused(answer: Any) -> str:
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == problem["status"] == REFUSALS[problem["code"]].status
    assert problem["title"] == REFUSALS[problem["code"]].title
    return str(problem["code"])


async def test_a_due_date_is_explained_day_by_day(desk: Any) -> None:
    answer = await desk.get("/v1/due-dates", accepted_at=ACCEPTED, complexity="simple")
    notice = "chinesecalendar 1.11.0"
    days = [
        {"date": "2026-09-18", "counted": False, "why": "start-day", "notice": notice},
        {"date": "2026-09-19", "counted": False, "why": "weekend", "notice": notice},
        {"date": "2026-09-20", "counted": True, "why": "shifted-working-day", "notice": notice},
    ]
    due = {"due_at": "2026-09-20T09:00:00.000Z", "days": days, "provisional": False}
    assert answer.json() == {
        "clocks": {
            "contact": due | {"yellow_at": None, "red_at": None},
            "handle": due | {"yellow_at": "2026-09-19T09:00:00.000Z", "red_at": "2026-09-20T09:00:00.000Z"},
        }
    }


async def test_the_answer_is_the_same_however_the_instant_is_written(desk: Any) -> None:
    written = (ACCEPTED, "2026-09-18T09:00:00Z", "2026-09-18t09:00z", "2026-09-18T05:00:00-04:00", ACCEPTED + "|")
    same = [await desk.get("/v1/due-dates", accepted_at=one, complexity="general") for one in written[:-1]]
    unescaped = await desk.client.get(
        f"/v1/due-dates?accepted_at={ACCEPTED}&complexity=general", headers={"authorization": "Bearer key-of-centre"}
    )
    assert {one.text for one in (*same, unescaped)} == {same[0].text}
    assert refused(await desk.get("/v1/due-dates", accepted_at=written[-1])) == "time.malformed"


async def test_29_february_is_a_day_where_there_is_one(desk: Any) -> None:
    last_second = await desk.get("/v1/due-dates", accepted_at="2024-02-28T23:59:59.999999+08:00")
    of_the_day = await desk.get("/v1/due-dates", accepted_at="2024-02-29T00:00:00+08:00")
    found = [one.json()["clocks"]["contact"]["due_at"] for one in (last_second, of_the_day)]
    assert found == ["2024-02-29T09:00:00.000Z", "2024-03-01T09:00:00.000Z"]


async def test_without_a_complexity_it_is_general(desk: Any) -> None:
    said = await desk.get("/v1/due-dates", accepted_at=ACCEPTED, complexity="general")
    assert (await desk.get("/v1/due-dates", accepted_at=ACCEPTED)).json() == said.json()


async def test_beyond_the_last_notice_it_is_provisional(desk: Any) -> None:
    found = (await desk.get("/v1/due-dates", accepted_at="2026-12-31T10:00:00+08:00")).json()["clocks"]
    assert {one["provisional"] for one in found.values()} == {True}
    assert found["contact"]["due_at"] == "2027-01-04T09:00:00.000Z"
    assert found["contact"]["days"][1] == {
        "date": "2027-01-01",
        "counted": False,
        "why": "public-holiday",
        "notice": "",
    }


@pytest.mark.parametrize(
    ("accepted_at", "complexity", "code"),
    [
        ("2026-09-18T17:00:00", "simple", "time.no-offset"),
        ("2026-09-18", "simple", "time.malformed"),
        ("1789800000", "simple", "time.malformed"),
        ("2026-02-29T10:00:00+08:00", "simple", "time.malformed"),
        ("2016-12-31T23:59:60Z", "simple", "time.malformed"),
        ("2026-09-18T23:59:60+08:00", "simple", "time.malformed"),
        ("2026-09-18T24:00:00+08:00", "simple", "time.malformed"),
        ("2100-02-29T10:00:00+08:00", "simple", "time.malformed"),
        ("2026-09-18T17:00:00+99:00", "simple", "time.malformed"),
        ("", "simple", "time.malformed"),
        ("1900-01-01T00:00:00Z", "simple", "time.out-of-calendar"),
        ("9999-12-31T23:59:59Z", "complex", "time.out-of-calendar"),
        ("0001-01-01T00:00:00+08:00", "complex", "time.out-of-calendar"),
        (ACCEPTED, "hard", "complexity.unknown"),
        (ACCEPTED, "", "complexity.unknown"),
        ("x" * 41, "simple", "request.invalid"),
    ],
)
async def test_what_is_no_instant_or_no_complexity_is_refused(
    accepted_at: str, complexity: str, code: str, desk: Any
) -> None:
    assert refused(await desk.get("/v1/due-dates", accepted_at=accepted_at, complexity=complexity)) == code


async def test_who_does_not_sign_in_or_says_nothing_is_refused(desk: Any) -> None:
    assert refused(await desk.get("/v1/due-dates", key=None, accepted_at=ACCEPTED)) == "credential.missing"
    assert refused(await desk.get("/v1/due-dates")) == "request.invalid"


async def test_before_it_has_a_calendar_it_guesses_nothing(empty_desk: Any) -> None:
    assert refused(await empty_desk.get("/v1/due-dates", accepted_at=ACCEPTED)) == "calendar.not-yet"


async def test_the_calendar_is_shown_from_one_date_to_another(desk: Any) -> None:
    answer = await desk.get("/v1/calendar", **{"from": "2026-10-10", "to": "2026-10-11"})
    noticed = {"notice": "chinesecalendar 1.11.0", "revision": 1, "provisional": False}
    assert answer.json() == {
        "version": 1,
        "days": [
            {"date": "2026-10-10", "status": "shifted-working-day"} | noticed,
            {"date": "2026-10-11", "status": "weekend"} | noticed,
        ],
    }


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("2026-10-11", "2026-10-10", "period.invalid"),
        ("2026-01-01", "2029-12-31", "period.invalid"),
        ("2026-02-29", "2026-03-01", "request.invalid"),
    ],
)
async def test_other_periods_are_refused(first: str, last: str, code: str, desk: Any) -> None:
    assert refused(await desk.get("/v1/calendar", **{"from": first, "to": last})) == code
