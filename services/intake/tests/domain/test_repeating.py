"""Which complaints say the same and which nearly do, without any server (rules 2.5)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.tickets import TicketLinked, TicketReopened
from contracts.vocabulary import ReporterKind
from intake.domain import KnownBy, Likeness, Link, Said, Saying, identity, links, near, rounds
from intake.domain.form import Reporter

TEN = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
VILLAGE, TOWN, OTHER_TOWN = "310151101001", "310151101000", "310151102000"
MATTER, OTHER_MATTER = "000111001001", "000111002001"


def reporter(name: str = "上官种苗", **more: str) -> Reporter:
    return Reporter.model_validate({"kind": ReporterKind.CITIZEN, "name": name, "phone": "13912345678"} | more)


def test_a_reporter_is_known_by_a_number_or_a_phone_with_the_name() -> None:
    assert identity(reporter()) == identity(reporter(" 上官 种苗 "))
    assert identity(reporter("Li Lei")) == identity(reporter("LI LEI"))
    assert identity(reporter()).named_phone != identity(reporter("上官种田")).named_phone
    assert identity(reporter(id_number="31023019800303001X")).number == "31023019800303001X"
    assert identity(Reporter(kind=ReporterKind.CITIZEN, name="上官种苗")).named_phone is None


def saying(complaint: int, matter: str | None = MATTER, mark: bytes = b"m") -> Saying:
    return Saying(mark, matter, VILLAGE, None, UUID(int=complaint))


def test_what_is_said_twice_in_a_batch_is_said_in_rounds() -> None:
    """One statement cannot touch a row twice; each round sees what the one before it wrote."""
    first, second, third = saying(1), saying(2), saying(3, mark=b"a")
    assert rounds([first, second, third]) == [[third, first], [second]]
    assert [len(one) for one in rounds([saying(1, None), saying(2, None)])] == [2]


def said(complaint: int, matter: str | None = MATTER, place: str | None = VILLAGE, days: float = 0) -> Said:
    return Said(UUID(int=complaint), KnownBy.NAMED_PHONE, matter, place, TEN - timedelta(days=days))


def test_near_is_what_may_be_the_same_the_likeliest_first_with_the_reason() -> None:
    found = near(
        MATTER,
        VILLAGE,
        TEN,
        [
            said(1, OTHER_MATTER),
            said(2, place=OTHER_TOWN),
            said(3, None),
            said(4, place=TOWN),
            said(5, days=2),
            said(6),
        ],
    )
    assert [(one.complaint_id.int, one.matter, one.place) for one in found] == [
        (6, Likeness.SAME, Likeness.SAME),
        (5, Likeness.SAME, Likeness.SAME),
        (4, Likeness.SAME, Likeness.AROUND),
        (3, Likeness.MISSING, Likeness.SAME),
    ]
    assert found[1].apart == timedelta(days=2)


def test_found_by_both_marks_it_is_near_once_by_the_surer_one() -> None:
    by_number = Said(UUID(int=1), KnownBy.NUMBER, MATTER, VILLAGE, TEN)
    for both in ([by_number, said(1)], [said(1), by_number]):
        assert [one.known_by for one in near(MATTER, VILLAGE, TEN, both)] == [KnownBy.NUMBER]


@pytest.mark.parametrize("reopened", [False, True])
def test_the_newest_fact_says_whether_a_complaint_goes_on_in_another(reopened: bool) -> None:
    said_: dict[str, Any] = {"ticket_id": UUID(int=1), "complaint_id": UUID(int=2), "by": "centre/1"}
    told = TicketLinked(**said_, to=UUID(int=3), to_complaint_id=UUID(int=4), linked_at=TEN)
    again = TicketReopened(**said_, unit=None, round=2, reopened_at=TEN)
    linked = [Link(UUID(int=2), UUID(int=4), TEN)]
    assert links([told, again] if reopened else [again, told]) == (([], [UUID(int=2)]) if reopened else (linked, []))
